using System.Globalization;

namespace Coffer.Formats;

/// <summary>Booleans and sizes in the spellings that Vault's configuration accepts.</summary>
public static class Scalars
{
    /// <summary>Go's spellings: 1, t, T, TRUE, true, True, 0, f, F, FALSE, false, False.</summary>
    public static bool TryParseBool(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "TRUE" or "true" or "True";
        return value || text is "0" or "f" or "F" or "FALSE" or "false" or "False";
    }

    /// <summary>
    /// A size in bytes: a whole number, alone or with <c>b</c>, <c>kb mb gb tb</c> (powers of 1000) or <c>kib mib gib tib</c>
    /// (powers of 1024), in any case. Never negative.
    /// </summary>
    public static bool TryParseByteSize(string text, out long bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        bytes = 0;
        ReadOnlySpan<char> span = text.AsSpan().Trim(' ');
        int digits = span.IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? span.Length : digits;
        long unit = span[digits..].TrimStart(' ').ToString().ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "KB" => 1000,
            "MB" => 1000_000,
            "GB" => 1000_000_000,
            "TB" => 1000_000_000_000,
            "KIB" => 1L << 10,
            "MIB" => 1L << 20,
            "GIB" => 1L << 30,
            "TIB" => 1L << 40,
            _ => 0,
        };
        if (unit == 0 || !long.TryParse(span[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            || count > long.MaxValue / unit)
            return false;
        bytes = count * unit;
        return true;
    }
}
