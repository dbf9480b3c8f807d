using Coffer.Core.Policies;

namespace Coffer.Core.Tests.Policies;

/// <summary>
/// The rules of matching and priority said once more, slowly and without sharing a line with the compiled form: every pattern is tried
/// against the path by backtracking-free comparison of segments.
/// </summary>
internal sealed class NaiveAcl(IReadOnlyList<(string Pattern, Capability Capabilities)> rules)
{
    public (string? Pattern, Capability Capabilities) Decide(string path, bool list)
    {
        if (list && !path.EndsWith('/'))
            path += "/";
        string bare = list ? path[..^1] : path;
        string? winner = rules.Select(rule => rule.Pattern).FirstOrDefault(pattern => IsExact(pattern) && pattern == path)
            ?? rules.Select(rule => rule.Pattern).FirstOrDefault(pattern => list && IsExact(pattern) && pattern == bare)
            ?? Best(rules.Select(rule => rule.Pattern).Where(pattern => !IsExact(pattern) && Matches(pattern, path)));
        if (list && (winner is null || !IsExact(winner)))
        {
            string? below = Best(rules.Select(rule => rule.Pattern).Where(pattern => HasPlus(pattern) && Matches(pattern, bare)));
            if (below is not null && Union(below) == Capability.Deny && (winner is null || Best([winner, below]) == below))
                winner = below;
        }
        return winner is null ? (null, Capability.None) : (winner, Union(winner));
    }

    private Capability Union(string pattern)
    {
        Capability all = rules.Where(rule => rule.Pattern == pattern).Aggregate(Capability.None, (sum, rule) => sum | rule.Capabilities);
        return (all & Capability.Deny) != 0 ? Capability.Deny : all;
    }

    private static bool HasPlus(string pattern) =>
        pattern == "+" || pattern.StartsWith("+/", StringComparison.Ordinal) || pattern.Contains("/+", StringComparison.Ordinal);

    private static bool IsExact(string pattern) => !HasPlus(pattern) && !pattern.EndsWith('*');

    private static bool Matches(string pattern, string path)
    {
        if (!HasPlus(pattern))
            return path.StartsWith(pattern[..^1], StringComparison.Ordinal);
        bool star = pattern.EndsWith('*');
        string[] want = (star ? pattern[..^1] : pattern).Split('/');
        string[] have = path.Split('/');
        if (star ? have.Length < want.Length : have.Length != want.Length)
            return false;
        for (int i = 0; i < want.Length; i++)
        {
            bool last = star && i == want.Length - 1;
            if (last ? !have[i].StartsWith(want[i], StringComparison.Ordinal) : want[i] != "+" && want[i] != have[i])
                return false;
        }
        return true;
    }

    private static string? Best(IEnumerable<string> patterns) => patterns
        .OrderByDescending(pattern => pattern.IndexOf(HasPlus(pattern) ? '+' : '*', StringComparison.Ordinal))
        .ThenBy(pattern => pattern.EndsWith('*'))
        .ThenBy(pattern => pattern.Split('/').Count(segment => segment == "+"))
        .ThenByDescending(pattern => pattern.TrimEnd('*').Length)
        .ThenByDescending(pattern => pattern, StringComparer.Ordinal)
        .FirstOrDefault();
}
