namespace Coffer.Core.Policies;

/// <summary>
/// Policy names are compared in one form only. Whoever takes a name from outside brings it into this form before any other check,
/// so that <c>ROOT</c> or <c>" root"</c> is seen as what it would become (CVE-2025-5999, CVE-2025-64761).
/// </summary>
public static class PolicyNames
{
    /// <summary>The policy that allows everything; it has no text and can't be changed.</summary>
    public const string Root = "root";

    /// <summary>The policy added to each token unless asked otherwise.</summary>
    public const string Default = "default";

    /// <summary>Lower case, without white space or invisible characters at the ends.</summary>
    public static string Canonical(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ReadOnlySpan<char> rest = name;
        while (!rest.IsEmpty && IsBlank(rest[0]))
            rest = rest[1..];
        while (!rest.IsEmpty && IsBlank(rest[^1]))
            rest = rest[..^1];
        return rest.ToString().ToLowerInvariant();
    }

    /// <summary>Whether the name, however spelt, means the root policy.</summary>
    public static bool IsRoot(string name) => Canonical(name) == Root;

    private static bool IsBlank(char c) =>
        char.IsWhiteSpace(c) || char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format;
}
