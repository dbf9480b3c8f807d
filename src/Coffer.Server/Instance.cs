using System.Net;
using Coffer.Core;
using Coffer.Core.Audit;
using Coffer.Core.Leases;
using Coffer.Core.Requests;
using Coffer.Core.Seals;
using Coffer.Core.Storage;
using Coffer.Modules;
using Coffer.Modules.AuditSinks;
using Coffer.Modules.Seals.KeyFile;
using Coffer.Modules.Seals.Shamir;
using Coffer.Modules.Seals.SystemdCredential;
using Coffer.Modules.Storage.PostgreSql;
using Coffer.Modules.Storage.Sqlite;
using Coffer.Server.Configuration;
using Coffer.Server.Http;

namespace Coffer.Server;

/// <summary>All the parts of a running server, in the order in which they are opened; they are closed in the opposite one.</summary>
internal sealed class Instance : IAsyncDisposable
{
    private readonly ServerConfig config;
    private readonly IStorage storage;
    private readonly ILoggerFactory logs;
    private readonly DirectoryInfo? passing;
    private Doors? doors;

    private Instance(ServerConfig config, IStorage storage, bool mayCreateSealKey, ILoggerFactory logs)
    {
        this.config = config;
        this.storage = storage;
        this.logs = logs;
        var lasting = config.Audit.Path ?? BesideDatabase(config.Storage);
        passing = lasting is null ? Directory.CreateTempSubdirectory("coffer-dev-audit-") : null;
        var auditFolder = lasting ?? passing!.FullName;
        Vault = new Vault(
            storage,
            new VaultOptions
            {
                ApiVersion = config.Version,
                Ttls = new SystemTtls(config.DefaultLeaseTtl, config.MaxLeaseTtl),
                ClusterName = config.ClusterName ?? "",
                ApiAddress = config.ApiAddr ?? "",
                Engines = BuiltIn.Engines,
                Audit = new AuditLogOptions
                {
                    Directory = auditFolder,
                    Durability = config.Audit.Fsync ? AuditDurability.Fsync : AuditDurability.Write,
                },
                AuditSinks = device => AuditSinkTypes.Create(
                    device.Type, device.Options, device.Salt, new AuditSinkEnvironment(config.Audit.Directories)),
                Seals = Seals(config.Seal, mayCreateSealKey),
            },
            TimeProvider.System,
            logs.CreateLogger("coffer.core"));
    }

    public Vault Vault { get; }

    public Keyholder Keyholder => Vault.Keys;

    /// <summary>Where clients reach this server: <c>api_addr</c>, or the first listener's address.</summary>
    public string Address => config.ApiAddr ?? doors?.Addresses.FirstOrDefault() ?? "";

    /// <param name="mayCreateSealKey">A key file that is missing is made: only where nothing was ever sealed with it.</param>
    public static async Task<Instance> CreateAsync(ServerConfig config, bool mayCreateSealKey, ILoggerFactory logs)
    {
        var storage = await OpenStorageAsync(config.Storage);
        return new Instance(config, storage, mayCreateSealKey, logs);
    }

    /// <summary>Initialises an empty vault; returns its root token and the shares of its key.</summary>
    public async Task<(string RootToken, NewShares Shares)> InitializeAsync(InitShares wanted, string? rootToken)
    {
        var token = "";
        var made = await Keyholder.InitializeAsync(wanted, async cancel => token = await Vault.FillAsync(rootToken, cancel));
        return made.Value is { } shares ? (token, shares) : throw new InvalidOperationException(made.Refusal);
    }

    /// <summary>Mounts kv version 2 at <c>secret/</c>, where everybody's first command looks for it.</summary>
    public async Task MountKvAsync(string token)
    {
        var mount = new Request
        {
            Id = RequestIds.Next(),
            Operation = Operation.Update,
            Path = "sys/mounts/secret",
            Token = token,
            Body = """{"type":"kv","description":"key/value secret storage","options":{"version":"2"}}"""u8.ToArray(),
            Client = IPAddress.Loopback,
        };
        var reply = await Vault.Pipeline.HandleAsync(mount, CancellationToken.None);
        if (reply.IsRefusal) throw new InvalidOperationException(string.Join("; ", reply.Errors));
    }

    /// <summary>Opens the listeners.</summary>
    public async Task ListenAsync() => doors = await Doors.OpenAsync(
        config.Listeners,
        new DoorSeams(Vault.Pipeline.HandleAsync, Vault.Pipeline.TakesUpload, () => Vault.Cors),
        logs);

    /// <summary>Reads certificates again and opens audit files again, after their rotation.</summary>
    public async Task ReloadAsync(ILogger log)
    {
        foreach (var (file, problem) in doors?.ReloadCertificates() ?? []) Log.CertificateNotReloaded(log, file, problem);
        try
        {
            if (Vault.Audit.Sinks is { } sinks) await sinks.ReopenAsync(CancellationToken.None);
        }
        catch (IOException e)
        {
            Log.AuditNotReopened(log, e.Message);
        }
        Log.Reloaded(log);
    }

    /// <summary>Takes no more requests and lets those under way come to their end, until <paramref name="deadline"/>.</summary>
    public Task DrainAsync(CancellationToken deadline) => doors?.CloseAsync(deadline) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (doors is not null) await doors.DisposeAsync();
        await Vault.DisposeAsync();
        await storage.DisposeAsync();
        passing?.Delete(recursive: true);
    }

    /// <summary>A database in memory passes with its server, and so does its audit log.</summary>
    private static string? BesideDatabase(StorageConfig config) => config switch
    {
        SqliteStorageConfig { Path: { } file } => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "audit"),
        // The configuration refuses PostgreSQL without an audit path.
        _ => null,
    };

    private static async Task<IStorage> OpenStorageAsync(StorageConfig config)
    {
        switch (config)
        {
            case SqliteStorageConfig sqlite:
                if (Path.GetDirectoryName(sqlite.Path) is { } folder) PrivateFile.MakeFolder(folder);
                return await SqliteStorage.OpenAsync(sqlite.Path);
            default:
                var postgres = (PostgreSqlStorageConfig)config;
                return await PostgreSqlStorage.OpenAsync(
                    new PostgreSqlOptions { ConnectionUrl = postgres.ConnectionUrl, MaxParallel = postgres.MaxParallel });
        }
    }

    /// <summary>The configured seal first; the others are those that may be migrated from.</summary>
    private static IReadOnlyList<ISeal> Seals(SealConfig config, bool create) => config switch
    {
        KeyFileSealConfig file => [new KeyFileSeal(file.Path, create), new ShamirSeal()],
        SystemdSealConfig systemd =>
            [new SystemdCredentialSeal(Environment.GetEnvironmentVariable(SystemdCredentialSeal.DirectoryVariable), systemd.Credential), new ShamirSeal()],
        _ => [new ShamirSeal()],
    };
}
