using System.Collections.Frozen;

namespace Coffer.Core.Policies;

/// <summary>
/// A set of policies, compiled. Immutable and safe to share; a decision costs time linear in the path and allocates nothing unless the
/// rule looks at the request's fields. Holds for one identity if a policy is templated, else for all.
/// </summary>
public sealed class Acl
{
    private readonly bool root;
    private readonly FrozenDictionary<string, AclRule> exact;
    private readonly FrozenDictionary<string, AclRule>.AlternateLookup<ReadOnlySpan<char>> exactBySpan;
    private readonly PrefixTrie<AclRule>? prefixes;
    private readonly SegmentTrie? segments;

    private Acl(bool root, IEnumerable<AclRule> rules, IReadOnlyList<DroppedRule> dropped)
    {
        this.root = root;
        Dropped = dropped;
        AclRule[] wild = [.. rules.Where(rule => rule.Kind != PatternKind.Exact)];
        Array.Sort(wild, (first, second) => PathPattern.Compare(first.Form, second.Form, out _));
        for (int i = 0; i < wild.Length; i++)
            wild[i].Rank = i;
        Array.Reverse(wild);
        exact = rules.Where(rule => rule.Kind == PatternKind.Exact).ToFrozenDictionary(rule => rule.Pattern, StringComparer.Ordinal);
        exactBySpan = exact.GetAlternateLookup<ReadOnlySpan<char>>();
        Rules = [.. exact.Values.OrderBy(rule => rule.Pattern, StringComparer.Ordinal), .. wild];
        if (wild.Any(rule => rule.Kind == PatternKind.Prefix))
        {
            prefixes = new PrefixTrie<AclRule>(wild.Where(rule => rule.Kind == PatternKind.Prefix)
                .Select(rule => KeyValuePair.Create(rule.Form.Literal, rule)));
        }
        if (wild.Any(rule => rule.Kind == PatternKind.Segments))
        {
            segments = new SegmentTrie();
            foreach (AclRule rule in wild.Where(rule => rule.Kind == PatternKind.Segments))
                segments.Add(rule);
            segments.Seal();
        }
    }

    /// <summary>Whether everything is allowed.</summary>
    public bool IsRoot => root;

    /// <summary>All rules: the exact ones by name, then those with wildcards, the winners first.</summary>
    public IReadOnlyList<AclRule> Rules { get; }

    /// <summary>Templated rules that could not be filled in for this identity.</summary>
    public IReadOnlyList<DroppedRule> Dropped { get; }

    /// <summary>Compiles a set of policies for an identity (null for a token without an entity).</summary>
    /// <exception cref="PolicyException">The root policy stands beside others.</exception>
    public static Acl Compile(IReadOnlyList<PolicyDocument> policies, TemplateIdentity? identity = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        bool root = policies.Any(policy => policy.IsRoot);
        if (root && policies.Count > 1)
            throw new PolicyException("other policies present along with root");
        Dictionary<string, AclRule> rules = new(StringComparer.Ordinal);
        List<DroppedRule> dropped = [];
        foreach (PolicyDocument policy in policies)
        {
            foreach (PolicyRule rule in policy.Rules)
            {
                string? path = rule.Path;
                if (rule.Template is not null && !rule.Template.TryFill(identity, out path, out string? problem))
                {
                    dropped.Add(new DroppedRule(policy.Name, rule.Line, rule.Path, problem));
                    continue;
                }
                if (!rules.TryGetValue(path, out AclRule? merged))
                    rules[path] = merged = new AclRule(new PathPattern(path));
                merged.Add(policy.Name, rule);
            }
        }
        return new Acl(root, rules.Values, dropped);
    }

    /// <summary>Whether the request is allowed, and by which rule.</summary>
    public Decision Decide(in AclRequest request)
    {
        if (root)
            return new Decision(DecisionReason.Root, null, request.Needed);
        if (HasDotSegment(request.Path))
            return new Decision(DecisionReason.PathNotCanonical, null, request.Needed);
        bool list = request.Needed == Capability.List;
        AclRule? rule = list && !request.Path.EndsWith('/') ? Find($"{request.Path}/") : Find(request.Path, list);
        return new Decision(rule is null ? DecisionReason.NoRule : Judge(rule, request), rule, request.Needed);
    }

    /// <summary>What may be done at a path: sorted names, <c>root</c> alone for root, <c>deny</c> alone for nothing.</summary>
    public IReadOnlyList<string> Capabilities(ReadOnlySpan<char> path) =>
        root ? [PolicyNames.Root] : CapabilityNames.Of(HasDotSegment(path) ? Capability.None : Find(path)?.Capabilities ?? Capability.None);

    /// <summary>
    /// Whether any rule grants something at or below a path that ends in a slash: what <c>sys/internal/ui/mounts</c> asks of a mount.
    /// </summary>
    public bool GrantsUnder(string mountPath)
    {
        ArgumentNullException.ThrowIfNull(mountPath);
        return root || prefixes?.Longest(mountPath) is { Grants: true } || Rules.Any(rule => rule.Grants
            && (rule.Kind == PatternKind.Segments
                ? CanReach(rule.Form, mountPath)
                : rule.Form.Literal.StartsWith(mountPath, StringComparison.Ordinal)));
    }

    /// <summary>Each rule that matches, in the order in which they are considered, and why the first of them won.</summary>
    public AclExplanation Explain(string path, Capability needed, bool needsSudo = false, TimeSpan? wrapTtl = null)
    {
        Decision decision = Decide(new AclRequest(path, needed) { NeedsSudo = needsSudo, WrapTtl = wrapTtl });
        return AclExplanation.Of(this, decision, needed == Capability.List && !path.EndsWith('/') ? path + "/" : path);
    }

    /// <summary>
    /// The rule that rules a path. A path with a trailing slash, such as every list has, also falls under the rules for the path without
    /// it: under an exact one if there is none for the path itself, and under a deny with <c>+</c> that outranks what else matches, for
    /// otherwise the slash alone would step over the deny (CVE-2026-63131).
    /// </summary>
    private AclRule? Find(ReadOnlySpan<char> path, bool slashless = true)
    {
        if (exactBySpan.TryGetValue(path, out AclRule? rule))
            return rule;
        slashless = slashless && path.EndsWith('/');
        if (slashless && exactBySpan.TryGetValue(path[..^1], out rule))
            return rule;
        rule = prefixes?.Longest(path);
        if (segments is null)
            return rule;
        rule = segments.Best(path, rule);
        AclRule? bare = slashless ? segments.Best(path[..^1], null) : null;
        return bare is { Denies: true } && (rule is null || bare.Rank > rule.Rank) ? bare : rule;
    }

    private static DecisionReason Judge(AclRule rule, in AclRequest request)
    {
        if (rule.Denies)
            return DecisionReason.Denied;
        if ((rule.Capabilities & request.Needed) == 0)
            return DecisionReason.CapabilityMissing;
        if (request.NeedsSudo && (rule.Capabilities & Capability.Sudo) == 0)
            return DecisionReason.SudoMissing;
        TimeSpan wrap = request.WrapTtl ?? TimeSpan.Zero;
        if ((rule.MinWrappingTtl > TimeSpan.Zero && wrap < rule.MinWrappingTtl)
            || (rule.MaxWrappingTtl > TimeSpan.Zero && (wrap <= TimeSpan.Zero || wrap > rule.MaxWrappingTtl)))
            return DecisionReason.WrappingOutside;
        return rule.Parameters is null || request.Needed is Capability.Delete or Capability.List
            ? DecisionReason.Granted
            : rule.Parameters.Check(request.Parameters is null ? default : request.Parameters());
    }

    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        for (int at = path.IndexOf('.'); at >= 0;)
        {
            if (at == 0 || path[at - 1] == '/')
            {
                ReadOnlySpan<char> rest = path[at..];
                int end = rest.IndexOf('/');
                if ((end < 0 ? rest : rest[..end]) is "." or "..")
                    return true;
            }
            int next = path[(at + 1)..].IndexOf('.');
            at = next < 0 ? -1 : at + 1 + next;
        }
        return false;
    }

    /// <summary>Whether a pattern with + can match something below the mount.</summary>
    private static bool CanReach(PathPattern pattern, string mountPath)
    {
        string[] mount = mountPath.TrimEnd('/').Split('/');
        string[] parts = pattern.Literal.Split('/');
        for (int i = 0; i < mount.Length; i++)
        {
            if (i >= parts.Length)
                return false;
            if (pattern.EndsInStar && i == parts.Length - 1)
                return mount[i].StartsWith(parts[i], StringComparison.Ordinal);
            if (parts[i] != "+" && parts[i] != mount[i])
                return false;
        }
        return true;
    }
}
