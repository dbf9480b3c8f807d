using System.Text.Json.Serialization;
using Coffer.Core.Leases;
using Coffer.Core.Storage;

namespace Coffer.Core.Tokens;

/// <summary>A client token as it is stored (sealed, under the keyed hash of its secret). The secret itself is nowhere.</summary>
public sealed record Token
{
    public NamespaceId Namespace { get; init; } = NamespaceId.Root;

    /// <summary>Keyed hash of the secret, in hex: the name under which the token, its leases and its cubbyhole are stored.</summary>
    public required string Id { get; init; }

    /// <summary>Empty for a batch token.</summary>
    public string Accessor { get; init; } = "";

    public TokenType Type { get; init; }

    /// <summary>Sorted, lower case.</summary>
    public required IReadOnlyList<string> Policies { get; init; }

    /// <summary>The <see cref="Id"/> of the token that it dies with; empty for an orphan.</summary>
    public string Parent { get; init; } = "";

    /// <summary>The request path that made it: <c>auth/token/create</c>, <c>auth/userpass/login/ann</c>.</summary>
    public required string Path { get; init; }

    public string DisplayName { get; init; } = "";

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public string EntityId { get; init; } = "";

    /// <summary>Uses that are left; zero: unlimited.</summary>
    public int NumUses { get; init; }

    public DateTimeOffset Created { get; init; }

    /// <summary>The TTL that it was made with; zero: it does not expire (root).</summary>
    public TimeSpan CreationTtl { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? Expires { get; init; }

    public DateTimeOffset? LastRenewal { get; init; }

    public TimeSpan ExplicitMaxTtl { get; init; }

    /// <summary>The limit of the role it came by, which holds beside <see cref="ExplicitMaxTtl"/>; zero for none.</summary>
    public TimeSpan RoleMaxTtl { get; init; }

    /// <summary>The shorter of the two limits of its whole life; zero for none.</summary>
    [JsonIgnore]
    public TimeSpan HardMaxTtl => LeaseTimes.Shorter(ExplicitMaxTtl, RoleMaxTtl);

    public TimeSpan Period { get; init; }

    public bool Renewable { get; init; }

    public IReadOnlyList<string> BoundCidrs { get; init; } = [];

    /// <summary>The token role it came by; empty for none.</summary>
    public string Role { get; init; } = "";

    /// <summary>Being revoked: it is refused everywhere, and what hangs on it is being swept.</summary>
    public bool Revoking { get; init; }

    /// <summary>With <see cref="Revoking"/>: its children are cut loose, not revoked with it.</summary>
    public bool SparesChildren { get; init; }

    /// <summary>A wrapping token holds one reply in its cubbyhole and can do nothing but hand it out.</summary>
    public string WrappedPath { get; init; } = "";

    /// <summary>The accessor of the token inside a wrapped reply; empty for none.</summary>
    public string WrappedAccessor { get; init; } = "";

    /// <summary>JSON that the auth method gets back at renewal.</summary>
    public ReadOnlyMemory<byte> Internal { get; init; }

    [JsonIgnore]
    public bool IsRoot => Policies.Contains("root");

    [JsonIgnore]
    public bool IsOrphan => Parent.Length == 0;

    public override string ToString() => $"token {Accessor}";
}
