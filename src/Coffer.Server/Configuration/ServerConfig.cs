using System.Net;

namespace Coffer.Server.Configuration;

/// <summary>Everything that the configuration files say, checked; <c>docs/configuration.md</c> describes each key.</summary>
internal sealed record ServerConfig
{
    /// <summary>The Vault whose API is served, unless <c>version</c> says another.</summary>
    public const string DefaultVaultVersion = "1.15.6";

    public required IReadOnlyList<ListenerConfig> Listeners { get; init; }

    public required StorageConfig Storage { get; init; }

    public SealConfig Seal { get; init; } = new ShamirSealConfig();

    /// <summary>Where clients reach this node; null: the first listener.</summary>
    public string? ApiAddr { get; init; }

    public string? ClusterName { get; init; }

    public TimeSpan DefaultLeaseTtl { get; init; } = TimeSpan.FromHours(768);

    public TimeSpan MaxLeaseTtl { get; init; } = TimeSpan.FromHours(768);

    /// <summary>Secrets' memory may go to swap.</summary>
    public bool DisableMlock { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    public bool LogJson { get; init; }

    public AuditConfig Audit { get; init; } = new();

    /// <summary>Strict semantic version that health and seal-status report, for clients that look at it.</summary>
    public string Version { get; init; } = DefaultVaultVersion;

    public string? PidFile { get; init; }

    public static string Url(IPEndPoint address, bool tls) => $"{(tls ? "https" : "http")}://{address}";
}

internal abstract record StorageConfig;

/// <param name="Path">Null: in memory, for <c>--dev</c>.</param>
internal sealed record SqliteStorageConfig(string? Path) : StorageConfig;

internal sealed record PostgreSqlStorageConfig(string ConnectionUrl, int MaxParallel) : StorageConfig
{
    public override string ToString() => "postgresql";
}

internal abstract record SealConfig;

internal sealed record ShamirSealConfig : SealConfig;

internal sealed record KeyFileSealConfig(string Path) : SealConfig;

internal sealed record SystemdSealConfig(string Credential) : SealConfig;

/// <summary>The built-in audit log, and where audit devices may write.</summary>
internal sealed record AuditConfig
{
    /// <summary>The folder of this node's own log; null: <c>audit</c> beside the database file.</summary>
    public string? Path { get; init; }

    /// <summary>Flush to the disk before a reply goes out; without, a power cut may lose the last records.</summary>
    public bool Fsync { get; init; } = true;

    /// <summary>The only folders in which <c>sys/audit</c> may make files.</summary>
    public IReadOnlyList<string> Directories { get; init; } = [];
}
