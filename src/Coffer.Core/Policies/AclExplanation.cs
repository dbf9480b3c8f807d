namespace Coffer.Core.Policies;

/// <summary>A decision with everything that was considered for it: what <c>coffer policy explain</c> shows.</summary>
public sealed record AclExplanation(Decision Decision, IReadOnlyList<ConsideredRule> Considered, IReadOnlyList<DroppedRule> Dropped)
{
    internal static AclExplanation Of(Acl acl, Decision decision, string path)
    {
        if (decision.Reason is DecisionReason.Root or DecisionReason.PathNotCanonical)
            return new AclExplanation(decision, [], acl.Dropped);
        AclRule[] matching = [.. acl.Rules.Where(rule => rule != decision.Rule && Matches(rule, path, decision.Needed))];
        List<ConsideredRule> considered = [];
        if (decision.Rule is not null)
            considered.Add(new ConsideredRule(decision.Rule, true, WhyWinner(decision.Rule, matching, path)));
        considered.AddRange(matching.Select(rule => new ConsideredRule(rule, false, WhyLoser(rule, decision.Rule))));
        return new AclExplanation(decision, considered, acl.Dropped);
    }

    private static bool Matches(AclRule rule, string path, Capability needed)
    {
        if (rule.Kind == PatternKind.Exact)
            return rule.Pattern == path || (needed == Capability.List && rule.Pattern + "/" == path);
        if (rule.Kind == PatternKind.Prefix)
            return path.StartsWith(rule.Form.Literal, StringComparison.Ordinal);
        var one = new SegmentTrie();
        one.Add(rule);
        one.Seal();
        return one.Best(path, null) is not null
            || (needed == Capability.List && rule.Denies && one.Best(path.AsSpan()[..^1], null) is not null);
    }

    private static string WhyWinner(AclRule winner, AclRule[] others, string path)
    {
        if (winner.Kind == PatternKind.Exact)
            return winner.Pattern == path ? "it is the path itself" : "it is the path itself, without the slash of a list";
        if (others.Length == 0)
            return "it is the only rule that matches";
        PathPattern.Compare(winner.Form, others[0].Form, out string why);
        return $"of all that match it comes first: against \"{others[0].Pattern}\", {why}";
    }

    private static string WhyLoser(AclRule rule, AclRule? winner)
    {
        if (winner is null)
            return "";
        if (winner.Kind == PatternKind.Exact)
            return rule.Kind == PatternKind.Exact ? "the exact path with its slash comes first" : "an exact rule comes before any wildcard";
        PathPattern.Compare(winner.Form, rule.Form, out string why);
        return $"\"{winner.Pattern}\" wins: {why}";
    }
}

/// <summary>A rule that matches the path.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Won">Whether it decided.</param>
/// <param name="Why">Why it won or lost, in words.</param>
public sealed record ConsideredRule(AclRule Rule, bool Won, string Why);
