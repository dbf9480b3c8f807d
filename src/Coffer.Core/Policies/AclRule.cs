namespace Coffer.Core.Policies;

/// <summary>The union of all rules with the same pattern in a set of policies.</summary>
public sealed class AclRule
{
    private readonly List<AclSource> sources = [];

    internal AclRule(PathPattern form) => Form = form;

    /// <summary>The pattern, filled in.</summary>
    public string Pattern => Form.Text;

    /// <summary>How the pattern matches.</summary>
    public PatternKind Kind => Form.Kind;

    /// <summary>What it grants, or <see cref="Capability.Deny"/> alone.</summary>
    public Capability Capabilities { get; private set; }

    /// <summary>The shortest wrapping allowed; zero if the reply need not be wrapped.</summary>
    public TimeSpan MinWrappingTtl { get; private set; }

    /// <summary>The longest wrapping allowed; zero if there is no bound.</summary>
    public TimeSpan MaxWrappingTtl { get; private set; }

    /// <summary>Where it comes from, in the order of the policies.</summary>
    public IReadOnlyList<AclSource> Sources => sources;

    /// <summary>Whether requests' fields are looked at.</summary>
    public bool ChecksParameters => Parameters is not null;

    internal PathPattern Form { get; }

    internal ParameterRules? Parameters { get; private set; }

    /// <summary>The higher, the more it wins, among patterns with wildcards.</summary>
    internal int Rank { get; set; }

    internal bool Denies => (Capabilities & Capability.Deny) != 0;

    internal bool Grants => !Denies && Capabilities != Capability.None;

    /// <inheritdoc/>
    public override string ToString() => $"{Pattern} [{string.Join(", ", CapabilityNames.Of(Capabilities))}]";

    internal void Add(string policy, PolicyRule rule)
    {
        sources.Add(new AclSource(policy, rule.Line, rule.Capabilities));
        if (Denies)
            return;
        if (rule.Capabilities == Capability.Deny)
        {
            Capabilities = Capability.Deny;
            Parameters = null;
            MinWrappingTtl = MaxWrappingTtl = TimeSpan.Zero;
            return;
        }
        Capabilities |= rule.Capabilities;
        Parameters = ParameterRules.Merge(Parameters, rule.Parameters);
        MinWrappingTtl = Lesser(MinWrappingTtl, rule.MinWrappingTtl);
        MaxWrappingTtl = Lesser(MaxWrappingTtl, rule.MaxWrappingTtl);
    }

    // As Vault: of two bounds the lesser, so that what is wrapped lives shortly; zero is no bound.
    private static TimeSpan Lesser(TimeSpan first, TimeSpan second) =>
        first == TimeSpan.Zero ? second : second == TimeSpan.Zero || first < second ? first : second;
}

/// <summary>A policy's part in a rule.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Line">1-based line of the rule in its text.</param>
/// <param name="Capabilities">What it brings.</param>
public readonly record struct AclSource(string Policy, int Line, Capability Capabilities);

/// <summary>A rule that could not be filled in and therefore grants and denies nothing.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Line">1-based line of the rule in its text.</param>
/// <param name="Path">The pattern with its templates.</param>
/// <param name="Problem">Why; without the value.</param>
public sealed record DroppedRule(string Policy, int Line, string Path, string Problem);
