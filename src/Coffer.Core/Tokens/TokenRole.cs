using System.Text.Json.Serialization;

namespace Coffer.Core.Tokens;

/// <summary>A role of the token auth method: what tokens made through it are like.</summary>
public sealed record TokenRole
{
    public required string Name { get; init; }

    public IReadOnlyList<string> AllowedPolicies { get; init; } = [];

    public IReadOnlyList<string> DisallowedPolicies { get; init; } = [];

    public IReadOnlyList<string> AllowedPoliciesGlob { get; init; } = [];

    public IReadOnlyList<string> DisallowedPoliciesGlob { get; init; } = [];

    /// <summary>Whether it says which policies may be given; if not, the rules for tokens without a role hold.</summary>
    [JsonIgnore]
    public bool NamesPolicies =>
        AllowedPolicies.Count > 0 || DisallowedPolicies.Count > 0 || AllowedPoliciesGlob.Count > 0 || DisallowedPoliciesGlob.Count > 0;

    public IReadOnlyList<string>? AllowedEntityAliases { get; init; }

    public bool Orphan { get; init; }

    /// <summary>Stored inverted, so that a role without the field makes renewable tokens.</summary>
    public bool NotRenewable { get; init; }

    public string PathSuffix { get; init; } = "";

    public TimeSpan Period { get; init; }

    public TimeSpan ExplicitMaxTtl { get; init; }

    /// <summary>The same under the older names; both are shown as they were set.</summary>
    public TimeSpan OldPeriod { get; init; }

    public TimeSpan OldExplicitMaxTtl { get; init; }

    public int NumUses { get; init; }

    public bool NoDefaultPolicy { get; init; }

    public IReadOnlyList<string> BoundCidrs { get; init; } = [];

    /// <summary><c>default-service</c>, <c>default-batch</c>, <c>service</c> or <c>batch</c>.</summary>
    public string TokenType { get; init; } = "default-service";
}
