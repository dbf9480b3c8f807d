namespace Coffer.Formats.Transparency;

/// <summary>Base64 in its one canonical spelling: what a proof or a note means must not have two texts.</summary>
internal static class Base64Text
{
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        // The platform's decoder skips white space and ignores stray bits in the last character; neither is canonical.
        if (text.Length % 4 != 0 || !Convert.TryFromBase64Chars(text, destination, out written))
            return false;
        Span<char> again = text.Length <= 512 ? stackalloc char[512] : new char[text.Length];
        return Convert.TryToBase64Chars(destination[..written], again, out var length) && again[..length].SequenceEqual(text);
    }

    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[((text.Length / 4) * 3) + 3];
        return TryDecode(text, bytes, out var written) ? bytes[..written] : null;
    }
}
