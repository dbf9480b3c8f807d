namespace Coffer.Formats.Hcl;

/// <summary>
/// Reads HCL1 documents, the dialect of Vault's configuration and policies, and their JSON spelling: a document whose first character
/// is <c>{</c> is JSON. Time and memory are linear in the text; depth and length are bounded.
/// </summary>
public static class HclDocument
{
    /// <summary>The longest text accepted, in UTF-16 units.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    /// <summary>How deep lists and objects may nest.</summary>
    public const int MaxDepth = 64;

    /// <summary>Reads a document.</summary>
    /// <exception cref="HclException">The text is not HCL, is too long or nests too deeply.</exception>
    public static HclBody Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
            throw new HclException(1, 1, $"the document is longer than {MaxLength} characters");
        return IsJson(text) ? new JsonParser(text).Parse() : new HclParser(text).Parse();
    }

    private static bool IsJson(string text) => text.AsSpan().TrimStart("\uFEFF \t\r\n").StartsWith('{');
}
