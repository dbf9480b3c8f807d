namespace Coffer.Core.Policies;

/// <summary>How a pattern is matched.</summary>
public enum PatternKind
{
    /// <summary>The path itself.</summary>
    Exact,

    /// <summary>Everything that starts with the text before the final <c>*</c>.</summary>
    Prefix,

    /// <summary>With a <c>+</c> for one whole segment, and perhaps a final <c>*</c>.</summary>
    Segments,
}

/// <summary>A rule's pattern, taken apart, with the order in which patterns win.</summary>
internal sealed class PathPattern
{
    public PathPattern(string text)
    {
        Text = text;
        bool segments = text == "+" || text.StartsWith("+/", StringComparison.Ordinal) || text.Contains("/+", StringComparison.Ordinal);
        EndsInStar = text.EndsWith('*');
        Kind = segments ? PatternKind.Segments : EndsInStar ? PatternKind.Prefix : PatternKind.Exact;
        Literal = EndsInStar ? text[..^1] : text;
        FirstWildcard = segments ? text.IndexOf('+', StringComparison.Ordinal) : Literal.Length;
        Plusses = segments ? Literal.Split('/').Count(segment => segment == "+") : 0;
    }

    /// <summary>The whole pattern.</summary>
    public string Text { get; }

    /// <summary>The pattern without its final star.</summary>
    public string Literal { get; }

    public PatternKind Kind { get; }

    public bool EndsInStar { get; }

    public int FirstWildcard { get; }

    public int Plusses { get; }

    /// <summary>
    /// Positive if <paramref name="first"/> wins over <paramref name="second"/>; <paramref name="why"/> says by what. For patterns with
    /// wildcards: an exact pattern is looked up before and never compared.
    /// </summary>
    public static int Compare(PathPattern first, PathPattern second, out string why)
    {
        why = "its first wildcard stands later";
        int order = first.FirstWildcard.CompareTo(second.FirstWildcard);
        if (order != 0)
            return order;
        why = "it does not end in *";
        order = second.EndsInStar.CompareTo(first.EndsInStar);
        if (order != 0)
            return order;
        why = "it has fewer + segments";
        order = second.Plusses.CompareTo(first.Plusses);
        if (order != 0)
            return order;
        why = "it is longer";
        order = first.Literal.Length.CompareTo(second.Literal.Length);
        if (order != 0)
            return order;
        why = "it sorts later";
        return string.CompareOrdinal(first.Literal, second.Literal);
    }
}
