using System.Buffers.Binary;
using System.Text;

namespace Coffer.Formats.Transparency;

/// <summary>
/// A C2SP signed note: text that ends in a newline, an empty line, and signature lines
/// <c>— name base64(key id ‖ signature)</c>.
/// </summary>
public static class SignedNote
{
    private const int MaxNoteBytes = 1_000_000;
    private const int MaxSignatures = 100;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The note with one signature for each signer.</summary>
    /// <exception cref="ArgumentException">The text does not end in a newline or has control characters.</exception>
    public static string Sign(string text, params ReadOnlySpan<NoteSigner> signers)
    {
        if (!IsText(text))
            throw new ArgumentException("A note's text ends in a newline and has no other control characters.", nameof(text));
        var note = new StringBuilder(text).Append('\n');
        var message = Utf8.GetBytes(text);
        foreach (var signer in signers)
        {
            var signature = new byte[4 + 64];
            BinaryPrimitives.WriteUInt32BigEndian(signature, signer.Verifier.KeyId);
            signer.Sign(message).CopyTo(signature, 4);
            note.Append("— ").Append(signer.Verifier.Name).Append(' ').Append(Convert.ToBase64String(signature)).Append('\n');
        }
        return note.ToString();
    }

    /// <summary>
    /// The text, if at least one of the verifiers' keys has signed it. Null if the note is malformed, no known key signed it,
    /// or a signature under a known name and id is wrong (even if another is right).
    /// </summary>
    public static string? Open(string note, params IEnumerable<NoteVerifier> verifiers)
    {
        if (note.Length > MaxNoteBytes || note.LastIndexOf("\n\n", StringComparison.Ordinal) is var split && split < 0)
            return null;
        var text = note[..(split + 1)];
        var lines = note[(split + 2)..];
        if (!IsText(text) || !lines.EndsWith('\n'))
            return null;
        byte[] message;
        try
        {
            message = Utf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
        var known = verifiers.ToList();
        var verified = false;
        var signatures = lines[..^1].Split('\n');
        if (signatures.Length > MaxSignatures)
            return null;
        foreach (var line in signatures)
        {
            if (!TryParseSignature(line, out var name, out var keyId, out var signature))
                return null;
            var verifier = known.Find(key => key.KeyId == keyId && key.Name == name);
            if (verifier is null)
                continue;
            if (!verifier.Verify(message, signature))
                return null;
            verified = true;
        }
        return verified ? text : null;
    }

    private static bool TryParseSignature(string line, out string name, out uint keyId, out byte[] signature)
    {
        (name, keyId, signature) = ("", 0, []);
        if (!line.StartsWith("— ", StringComparison.Ordinal))
            return false;
        var parts = line[2..].Split(' ');
        if (parts.Length != 2 || !NoteVerifier.IsName(parts[0]) || Base64Text.Decode(parts[1]) is not { Length: >= 5 } bytes)
            return false;
        (name, keyId, signature) = (parts[0], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[4..]);
        return true;
    }

    private static bool IsText(string text) => text.EndsWith('\n') && !text.Any(c => c < 0x20 && c != '\n');
}
