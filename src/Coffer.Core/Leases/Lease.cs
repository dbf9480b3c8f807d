namespace Coffer.Core.Leases;

/// <summary>A lease as it is stored, under its id. Its entry falls due when it expires or when a revocation is to be tried again.</summary>
public sealed record Lease
{
    /// <summary>The request path, <c>/</c>, and 24 base62 characters.</summary>
    public required string Id { get; init; }

    public required string MountUuid { get; init; }

    /// <summary>The engine's <see cref="LeaseKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The token that it dies with; empty for a batch token without a parent.</summary>
    public string TokenId { get; init; } = "";

    public DateTimeOffset Issued { get; init; }

    public DateTimeOffset Expires { get; init; }

    public DateTimeOffset? LastRenewal { get; init; }

    /// <summary>No renewal goes beyond this.</summary>
    public DateTimeOffset Latest { get; init; }

    public TimeSpan Ttl { get; init; }

    public bool Renewable { get; init; }

    public ReadOnlyMemory<byte> Internal { get; init; }

    /// <summary>Revocations that failed so far, and why the last one did.</summary>
    public int Attempts { get; init; }

    public string LastError { get; init; } = "";

    /// <summary>To be revoked now, whatever <see cref="Expires"/> says.</summary>
    public bool Revoking { get; init; }

    public override string ToString() => $"lease {Id}";
}
