using System.Text.Json.Serialization;
using Coffer.Core.Storage;

namespace Coffer.Core.Mounts;

/// <summary>A mounted engine: what <c>sys/mounts</c> and <c>sys/auth</c> show. Immutable; a tune makes another.</summary>
public sealed record Mount
{
    public NamespaceId Namespace { get; init; } = NamespaceId.Root;

    public MountKind Kind { get; init; }

    /// <summary>With <c>/</c> at the end and, for an auth method, <c>auth/</c> in front.</summary>
    public required string Path { get; init; }

    public required string Type { get; init; }

    public required string Uuid { get; init; }

    public required string Accessor { get; init; }

    public string Description { get; init; } = "";

    public bool Local { get; init; }

    public bool SealWrap { get; init; }

    public bool ExternalEntropyAccess { get; init; }

    /// <summary>Null where the mount was made without (shown as null); all values are strings.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; init; }

    public MountConfig Config { get; init; } = new();

    /// <summary>Being unmounted: it answers nothing, its leases and entries are swept.</summary>
    public bool Tainted { get; init; }

    /// <summary>Where the mount's entries lie: <c>mount/{uuid}/</c>.</summary>
    [JsonIgnore]
    public string Room => $"mount/{Uuid}/";

    public string? Option(string name) => Options is not null && Options.TryGetValue(name, out var value) ? value : null;
}

/// <summary>What can be tuned. A zero TTL means the system's; a null list or text was never set.</summary>
public sealed record MountConfig
{
    public TimeSpan DefaultLeaseTtl { get; init; }

    public TimeSpan MaxLeaseTtl { get; init; }

    public bool ForceNoCache { get; init; }

    public IReadOnlyList<string>? AuditNonHmacRequestKeys { get; init; }

    public IReadOnlyList<string>? AuditNonHmacResponseKeys { get; init; }

    public string? ListingVisibility { get; init; }

    public IReadOnlyList<string>? PassthroughRequestHeaders { get; init; }

    public IReadOnlyList<string>? AllowedResponseHeaders { get; init; }

    /// <summary>Auth methods: <c>default-service</c>, <c>default-batch</c>, <c>service</c> or <c>batch</c>.</summary>
    public string? TokenType { get; init; }
}
