using Coffer.Core.Audit;
using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Seals;

namespace Coffer.Core;

/// <summary>What an operator's configuration says to the vault.</summary>
public sealed record VaultOptions
{
    /// <summary>The Vault version whose API is served: clients gate features on it, as a strict semantic version.</summary>
    public string ApiVersion { get; init; } = "1.15.6";

    public SystemTtls Ttls { get; init; } = SystemTtls.Vault;

    public string ClusterName { get; init; } = "";

    /// <summary>The address that clients are told to use; empty for none.</summary>
    public string ApiAddress { get; init; } = "";

    /// <summary>The engines that can be mounted.</summary>
    public required IReadOnlyList<EngineType> Engines { get; init; }

    /// <summary>Where and how this node keeps its audit log.</summary>
    public required AuditLogOptions Audit { get; init; }

    /// <summary>How much the audit index keeps.</summary>
    public AuditIndexLimits AuditIndex { get; init; } = new();

    /// <summary>Makes the sinks of audit devices.</summary>
    public required AuditSinkFactory AuditSinks { get; init; }

    /// <summary>The configured seal, then those that its root key may be migrated from.</summary>
    public required IReadOnlyList<ISeal> Seals { get; init; }

    /// <summary>Memory for ciphertext of entries that were read lately, in bytes.</summary>
    public long CacheBytes { get; init; } = 32 << 20;
}
