namespace Coffer.Core.Tokens;

public enum TokenType
{
    Service,
    Batch,
}

/// <summary>What a login or a token operation wants made. The pipeline caps the times, stores the token and fills <see cref="AuthBlock"/>.</summary>
public sealed record TokenGrant
{
    public TokenType Type { get; init; }

    /// <summary><c>default</c> is added unless <see cref="NoDefaultPolicy"/>.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    public bool NoDefaultPolicy { get; init; }

    public string DisplayName { get; init; } = "token";

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public string EntityId { get; init; } = "";

    /// <summary>Zero: the mount's default.</summary>
    public TimeSpan Ttl { get; init; }

    /// <summary>Zero: the mount's maximum.</summary>
    public TimeSpan MaxTtl { get; init; }

    public TimeSpan ExplicitMaxTtl { get; init; }

    /// <summary>A role's limit of the whole life: it holds beside <see cref="ExplicitMaxTtl"/> and is not shown in lookups.</summary>
    public TimeSpan RoleMaxTtl { get; init; }

    public TimeSpan Period { get; init; }

    /// <summary>Zero: unlimited.</summary>
    public int NumUses { get; init; }

    public bool Renewable { get; init; } = true;

    public IReadOnlyList<string> BoundCidrs { get; init; } = [];

    /// <summary>The role it came by: <c>auth/token/roles/…</c>; empty for none.</summary>
    public string Role { get; init; } = "";

    /// <summary>JSON that the auth method gets back at renewal; never shown.</summary>
    public ReadOnlyMemory<byte> Internal { get; init; }
}

/// <summary>The <c>auth</c> object of a reply. Holds the client token: it redacts itself.</summary>
public sealed record AuthBlock
{
    public required string ClientToken { get; init; }

    public required string Accessor { get; init; }

    public required IReadOnlyList<string> Policies { get; init; }

    public required IReadOnlyList<string> TokenPolicies { get; init; }

    public IReadOnlyList<string> IdentityPolicies { get; init; } = [];

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public TimeSpan LeaseDuration { get; init; }

    public bool Renewable { get; init; }

    public string EntityId { get; init; } = "";

    public TokenType TokenType { get; init; }

    public bool Orphan { get; init; }

    public int NumUses { get; init; }

    public override string ToString() => $"auth {Accessor}";
}
