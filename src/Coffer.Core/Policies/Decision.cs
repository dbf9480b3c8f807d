namespace Coffer.Core.Policies;

/// <summary>Why a request was allowed or refused.</summary>
public enum DecisionReason
{
    /// <summary>Refused: no rule matches the path.</summary>
    NoRule,

    /// <summary>Allowed by the rule.</summary>
    Granted,

    /// <summary>Allowed by the root policy.</summary>
    Root,

    /// <summary>Refused: the rule denies.</summary>
    Denied,

    /// <summary>Refused: the rule lacks the capability.</summary>
    CapabilityMissing,

    /// <summary>Refused: the path needs sudo and the rule lacks it.</summary>
    SudoMissing,

    /// <summary>Refused: the reply would not be wrapped, or too shortly or too long.</summary>
    WrappingOutside,

    /// <summary>Refused: a required parameter is missing.</summary>
    ParameterMissing,

    /// <summary>Refused: a parameter or its value is denied.</summary>
    ParameterDenied,

    /// <summary>Refused: a parameter or its value is not among the allowed.</summary>
    ParameterNotAllowed,

    /// <summary>Refused: the path has a <c>.</c> or <c>..</c> segment (CVE-2026-3605).</summary>
    PathNotCanonical,
}

/// <summary>What an <see cref="Acl"/> answered, and by which rule.</summary>
public readonly record struct Decision
{
    internal Decision(DecisionReason reason, AclRule? rule, Capability needed)
    {
        Reason = reason;
        Rule = rule;
        Needed = needed;
    }

    /// <summary>Whether the request may go on.</summary>
    public bool Allowed => Reason is DecisionReason.Granted or DecisionReason.Root;

    /// <summary>Why.</summary>
    public DecisionReason Reason { get; }

    /// <summary>The rule that decided; null for root and where none matched.</summary>
    public AclRule? Rule { get; }

    /// <summary>The capability that was asked for.</summary>
    public Capability Needed { get; }

    /// <summary>The pattern of the rule that decided.</summary>
    public string? Pattern => Rule?.Pattern;

    /// <summary>All that the rule grants.</summary>
    public Capability Capabilities => Rule?.Capabilities ?? Capability.None;

    /// <summary>Whether operators' paths are open: by sudo or as root.</summary>
    public bool Sudo => IsRoot || (Rule is { Denies: false } && (Capabilities & Capability.Sudo) != 0);

    /// <summary>Whether the root policy answered.</summary>
    public bool IsRoot => Reason == DecisionReason.Root;

    /// <summary>
    /// The policies that granted the capability, or that denied; where something was missing, all that have the rule. For the audit trail.
    /// </summary>
    public IReadOnlyList<string> Policies
    {
        get
        {
            if (Rule is null)
                return IsRoot ? [PolicyNames.Root] : [];
            Capability decisive = Allowed ? Needed : Reason == DecisionReason.Denied ? Capability.Deny : ~Capability.None;
            return [.. Rule.Sources.Where(source => decisive == ~Capability.None || (source.Capabilities & decisive) != 0)
                .Select(source => source.Policy).Distinct()];
        }
    }

    /// <summary>The reason in words, for the audit trail and <c>coffer policy explain</c>.</summary>
    public string Describe() => Reason switch
    {
        DecisionReason.Root => "allowed: the token has the root policy",
        DecisionReason.Granted => $"allowed: {Where} grants {Name}",
        DecisionReason.NoRule => "refused: no rule matches the path",
        DecisionReason.Denied => $"refused: {Where} denies",
        DecisionReason.CapabilityMissing => $"refused: {Where} does not grant {Name}",
        DecisionReason.SudoMissing => $"refused: the path needs sudo, which {Where} does not grant",
        DecisionReason.WrappingOutside => $"refused: {Where} wants a wrapped reply within its limits",
        DecisionReason.ParameterMissing => $"refused: {Where} requires a parameter that is missing",
        DecisionReason.ParameterDenied => $"refused: {Where} denies a parameter or its value",
        DecisionReason.ParameterNotAllowed => $"refused: {Where} does not allow a parameter or its value",
        _ => "refused: the path has a dot segment",
    };

    private string Where => $"rule \"{Pattern}\" of {string.Join(", ", Policies)}";

    private string Name => CapabilityNames.Of(Needed)[0];
}
