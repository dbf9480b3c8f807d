namespace Coffer.Core.Policies;

/// <summary>
/// The patterns with <c>+</c>, by segment. A lookup visits each node at most once, so its cost is bounded by the size of the policies and
/// never by how a pattern and a path play together (CVE-2023-5954).
/// </summary>
internal sealed class SegmentTrie
{
    private readonly Dictionary<string, SegmentTrie> literals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AclRule> tailRules = new(StringComparer.Ordinal);
    private SegmentTrie? plus;
    private AclRule? end;
    private PrefixTrie<AclRule>? tails;

    /// <summary>Adds a rule while the trie is built.</summary>
    public void Add(AclRule rule)
    {
        string[] segments = rule.Form.Literal.Split('/');
        SegmentTrie node = this;
        int inner = rule.Form.EndsInStar ? segments.Length - 1 : segments.Length;
        foreach (string segment in segments.AsSpan(0, inner))
            node = node.Below(segment);
        if (rule.Form.EndsInStar)
            node.tailRules[segments[^1]] = rule;
        else
            node.end = rule;
    }

    /// <summary>Ends the building: from here on the trie only answers.</summary>
    public void Seal()
    {
        tails = tailRules.Count == 0 ? null : new PrefixTrie<AclRule>(tailRules);
        plus?.Seal();
        foreach (SegmentTrie child in literals.Values)
            child.Seal();
    }

    /// <summary>The matching rule of the highest rank, if it outranks <paramref name="best"/>; else <paramref name="best"/>.</summary>
    public AclRule? Best(ReadOnlySpan<char> path, AclRule? best)
    {
        best = Higher(best, tails?.Longest(path));
        int slash = path.IndexOf('/');
        ReadOnlySpan<char> segment = slash < 0 ? path : path[..slash];
        if (literals.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(segment, out SegmentTrie? child))
            best = slash < 0 ? Higher(best, child.end) : child.Best(path[(slash + 1)..], best);
        if (plus is not null)
            best = slash < 0 ? Higher(best, plus.end) : plus.Best(path[(slash + 1)..], best);
        return best;
    }

    private static AclRule? Higher(AclRule? first, AclRule? second) =>
        first is null || (second is not null && second.Rank > first.Rank) ? second : first;

    private SegmentTrie Below(string segment)
    {
        if (segment == "+")
            return plus ??= new SegmentTrie();
        if (!literals.TryGetValue(segment, out SegmentTrie? child))
            literals[segment] = child = new SegmentTrie();
        return child;
    }
}
