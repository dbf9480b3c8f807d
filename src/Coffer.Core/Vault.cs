using Coffer.Core.Audit;
using Coffer.Core.Audit.Index;
using Coffer.Core.Cluster;
using Coffer.Core.CofferApi;
using Coffer.Core.Identity;
using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Policies;
using Coffer.Core.Quotas;
using Coffer.Core.Requests;
using Coffer.Core.Seals;
using Coffer.Core.Snapshots;
using Coffer.Core.Storage;
using Coffer.Core.SystemApi;
using Coffer.Core.Telemetry;
using Coffer.Core.Tokens;
using Coffer.Core.Wrapping;
using Microsoft.Extensions.Logging;

namespace Coffer.Core;

/// <summary>
/// One node's vault, put together: the rooms, the pipeline before them, and what is opened at unseal and closed at seal. It decides nothing
/// itself.
/// </summary>
public sealed class Vault : IAsyncDisposable
{
    private readonly ILogger log;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly EntryStore store;
    private readonly MountTable mounts;
    private readonly QuotaTable quotas;
    private readonly FollowedEntry<CorsSettings> cors;
    private readonly FollowedEntry<AuditedHeaders> auditedHeaders;
    private readonly VersionHistoryApi versions;
    private readonly AuditOpening opening;
    private readonly AuditDevices devices;
    private readonly IndexProjector projector;
    private readonly TokenStore tokens;
    private readonly PolicyStore policies;
    private readonly Dictionary<DueClass, DueHandler> due;
    private readonly Node node;
    private DueLoop? loop;
    private CancellationTokenSource? closing;
    private Task maintenance = Task.CompletedTask;
    private Task sealing = Task.CompletedTask;
    private bool open;

    public Vault(IStorage storage, VaultOptions options, TimeProvider clock, ILogger log)
    {
        this.log = log;
        this.clock = clock;
        Options = options;
        Barrier = new Barrier(storage, clock);
        Keys = new Keyholder(storage, Barrier, clock, options.Seals) { Unsealed = OpenAsync, Closing = CloseAsync, Closed = ForgetAsync };
        store = new EntryStore(storage, Barrier, options.CacheBytes, Metrics = new Metrics(clock));
        IEngine? system = null;
        IEngine? tokenEngine = null;
        IEngine? identity = null;
        IEngine? own = null;
        mounts = new MountTable(store,
        [
            .. options.Engines,
            new EngineType(SystemEngine.Type, MountKind.Secret, "The system's own paths.", _ => system!) { Single = true },
            new EngineType("token", MountKind.Auth, "Tokens.", _ => tokenEngine!) { Single = true },
            new EngineType(IdentityEngine.Type, MountKind.Secret, "Who stands behind tokens.", _ => identity!) { Single = true },
            new EngineType(CofferEngine.Type, MountKind.Secret, "Coffer's own API.", _ => own!) { Single = true },
        ]);
        var entities = new EntityStore(store, clock);
        policies = new PolicyStore(store, entities);
        var leases = new LeaseStore(store, mounts, options.Ttls, clock);
        tokens = new TokenStore(store, options.Ttls, clock);
        var revoker = new TokenRevoker(store, tokens, leases, mounts);
        var wrapper = new Wrapper(tokens, mounts, clock);
        quotas = new QuotaTable(store, clock);
        cors = new FollowedEntry<CorsSettings>(store, CorsApi.Key, StoredJson.Default.CorsSettings, CorsSettings.Off);
        auditedHeaders = new FollowedEntry<AuditedHeaders>(store, AuditedHeadersApi.Key, StoredJson.Default.AuditedHeaders, AuditedHeaders.None);
        versions = new VersionHistoryApi(store, options, clock);
        node = new Node(store, clock, log) { KeysReplaced = () => sealing = Task.Run(async () => await SealAsync()) };
        var removal = new MountRemoval(store, leases, revoker, node, clock);
        Audit = new AuditTrail(() => auditedHeaders.Current);
        opening = new AuditOpening(store, Audit, options, clock);
        var index = new AuditIndex(store);
        projector = new IndexProjector(store, index, options.AuditIndex, clock, log);
        devices = new AuditDevices(store, Audit, options.AuditSinks, log);
        store.Listen(mounts);
        store.Listen(devices);
        store.Listen(tokens);
        store.Listen(policies);
        store.Listen(quotas);
        store.Listen(cors);
        store.Listen(auditedHeaders);

        tokenEngine = new TokenEngine(tokens, revoker, new TokenCreation(tokens, policies, entities), new TokenRoles(), mounts);
        var counts = new EntryCounts(store);
        var common = new StatusFields(Barrier, options, storage);
        var privilege = new Privilege(tokens, policies);
        system = new SystemEngine(
        [
            .. new SealApi(Keys, cancel => FillAsync(null, cancel), SealAsync, common).Paths,
            .. new HealthApi(Keys, node, common).Paths,
            .. new KeyringApi(Barrier).Paths,
            .. new RootTokenApi(Keys, privilege, MakeRootTokenAsync).Paths,
            .. new RekeyApi(Keys, privilege).Paths,
            .. new MountsApi(mounts, removal, options.Ttls).Paths,
            .. new UiApi(mounts, tokens, policies).Paths,
            .. new PoliciesApi(policies).Paths,
            .. new CapabilitiesApi(tokens, policies).Paths,
            .. new WrappingApi(wrapper, revoker).Paths,
            .. new LeasesApi(leases, removal, counts).Paths,
            .. new ToolsApi().Paths,
            .. new PasswordPoliciesApi().Paths,
            .. new CorsApi(cors).Paths,
            .. new AuditedHeadersApi(auditedHeaders).Paths,
            .. new QuotasApi(mounts).Paths,
            .. new PluginsApi(mounts, options).Paths,
            .. new CountersApi(counts, Metrics, InFlight).Paths,
            .. new HostInfoApi().Paths,
            .. versions.Paths,
            .. new OpenApi(mounts, options).Paths,
            .. new MetricsApi(Metrics).Paths,
            .. new AuditApi(devices, Audit).Paths,
            .. new SnapshotApi(
                new SnapshotSave(store, options, clock), new SnapshotRestore(store), options.Audit.Directory, SealAsync).Paths,
        ]);
        identity = new IdentityEngine(mounts);
        own = new CofferEngine([.. new PolicyExplainApi(tokens, policies, mounts).Paths, .. new AuditTrailApi(Audit, index, projector, new KeptCheckpoints(store)).Paths]);
        due = new Dictionary<DueClass, DueHandler>
        {
            [DueClass.Token] = new ExpiredTokens(tokens, revoker, store).HandleAsync,
            [DueClass.Lease] = new ExpiredLeases(leases, clock).HandleAsync,
            [DueClass.Kv] = new EngineDue(store, mounts, clock).HandleAsync,
            [DueClass.Sweep] = removal.ResumeAsync,
        };
        Pipeline = new Pipeline(
            store, Keys, mounts, new SystemMount(system), tokens, revoker, policies, leases, wrapper, quotas, Audit, node, InFlight, clock, log);
        ObserveState();
    }

    public VaultOptions Options { get; }

    public Barrier Barrier { get; }

    /// <summary>Initializes, unseals and seals this vault.</summary>
    public Keyholder Keys { get; }

    public AuditTrail Audit { get; }

    public InFlight InFlight { get; } = new();

    public Metrics Metrics { get; }

    /// <summary>What <c>sys/config/cors</c> says now; nothing is allowed while sealed.</summary>
    public CorsSettings Cors => cors.Current;

    /// <summary>The request headers that audit records carry now.</summary>
    public AuditedHeaders AuditedHeaders => auditedHeaders.Current;

    public Pipeline Pipeline { get; }

    /// <summary>Makes the first mounts of a vault whose barrier was just initialised and unsealed, and its first root token.</summary>
    /// <param name="rootToken">The token's secret; null for a random one.</param>
    /// <returns>The root token's secret.</returns>
    public async ValueTask<string> FillAsync(string? rootToken, CancellationToken cancel)
    {
        var transaction = new Transaction(store, cancel);
        var first = new List<Mount>
        {
            FirstMount("cubbyhole/", MountKind.Secret, "cubbyhole", "per-token private secret storage") with { Local = true },
            FirstMount("identity/", MountKind.Secret, "identity", "identity store"),
            FirstMount("sys/", MountKind.Secret, SystemEngine.Type, "system endpoints used for control, policy and debugging") with
            {
                Config = new MountConfig { PassthroughRequestHeaders = ["Accept"] },
            },
            CofferEngine.NewMount(),
            FirstMount("auth/token/", MountKind.Auth, "token", "token based credentials") with { Config = new MountConfig { TokenType = "default-service" } },
        };
        MountTable.Save(transaction, first);
        var block = await MakeRootAsync(transaction, first[^1], rootToken);
        var result = await transaction.CommitAsync();
        return result.Committed ? block : throw new InitializationException("another node has initialised this vault meanwhile");
    }

    /// <summary>Makes one more root token (<c>generate-root</c>).</summary>
    public async ValueTask<string> MakeRootTokenAsync(CancellationToken cancel)
    {
        var transaction = new Transaction(store, cancel);
        var secret = await MakeRootAsync(transaction, mounts.At("auth/token/")!.Mount, null);
        await transaction.CommitAsync();
        return secret;
    }

    /// <summary>Closes the rooms, then seals the barrier: keys and all that was derived from entries are gone from memory.</summary>
    public ValueTask SealAsync() => Keys.SealAsync();

    public async ValueTask DisposeAsync()
    {
        await sealing;
        await SealAsync();
        await node.DisposeAsync();
        Keys.Dispose();
        Barrier.Dispose();
        await projector.DisposeAsync();
        devices.Dispose();
        gate.Dispose();
    }

    /// <summary>Opens the rooms once the barrier is unsealed.</summary>
    private async ValueTask OpenAsync(CancellationToken cancel)
    {
        await gate.WaitAsync(cancel);
        try
        {
            if (open) return;
            await node.StartAsync(cancel);
            await AddOwnMountAsync(cancel);
            await versions.RecordAsync(cancel);
            await mounts.LoadAsync(cancel);
            await quotas.LoadAsync(cancel);
            await cors.LoadAsync(cancel);
            await auditedHeaders.LoadAsync(cancel);
            await opening.OpenAsync(cancel);
            await devices.LoadAsync(cancel);
            projector.Start(Audit.Log!, Audit.Node);
            loop = new DueLoop(store, due, clock, log);
            loop.Start();
            closing = new CancellationTokenSource();
            maintenance = Barrier.RunAsync(failure => Requests.Log.NotMaintained(log, failure.Message, failure), closing.Token);
            open = true;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Stops what works in the background, while the keys are still there.</summary>
    private async ValueTask CloseAsync()
    {
        await gate.WaitAsync();
        try
        {
            open = false;
            if (closing is not null) await closing.CancelAsync();
            await maintenance;
            closing?.Dispose();
            closing = null;
            if (loop is not null) await loop.DisposeAsync();
            loop = null;
            await projector.StopAsync();
            await node.StopAsync();
            await Audit.CloseAsync();
        }
        finally
        {
            devices.Clear();
            gate.Release();
        }
    }

    /// <summary>Forgets what was derived from entries, once no more can be.</summary>
    private async ValueTask ForgetAsync()
    {
        mounts.Clear();
        quotas.Clear();
        cors.Clear();
        auditedHeaders.Clear();
        store.Clear();
        await tokens.ResetAsync();
        await policies.ResetAsync();
    }

    /// <summary>A vault that was made before <c>coffer/</c> was gets it now.</summary>
    private async ValueTask AddOwnMountAsync(CancellationToken cancel)
    {
        while (true)
        {
            var transaction = new Transaction(store, cancel);
            var stored = await MountTable.ReadAsync(transaction);
            if (stored.Any(m => m.Type == CofferEngine.Type)) return;
            MountTable.Save(transaction, [.. stored, CofferEngine.NewMount()]);
            if (await transaction.CommitAsync() is { Committed: true } result)
            {
                await node.SettleAsync(result.Position);
                return;
            }
        }
    }

    private void ObserveState()
    {
        Metrics.Observe("vault_core_unsealed", MetricKind.Gauge, "Whether this node is unsealed.", () => Barrier.IsSealed ? 0 : 1);
        Metrics.Observe("vault_core_in_flight_requests", MetricKind.Gauge, "Requests that are being served.", () => InFlight.Count);
        Metrics.Observe(() => [new Sample(
            "coffer_build_info", MetricKind.Gauge, "Which Coffer this is, and the Vault version whose API it serves.", 1,
            [("version", ProductVersion.Current), ("api_version", Options.ApiVersion)])]);
        Metrics.Observe("coffer_barrier_term", MetricKind.Gauge, "The term of the key that encrypts now.", () => KeyStatus()?.Term);
        Metrics.Observe(
            "coffer_barrier_term_encryptions", MetricKind.Gauge, "Encryptions under that key, of all nodes as far as they have said.",
            () => KeyStatus()?.Encryptions);
    }

    private KeyStatus? KeyStatus()
    {
        try
        {
            return Barrier.IsSealed ? null : Barrier.Status;
        }
        catch (BarrierSealedException)
        {
            return null;
        }
    }

    private static Mount FirstMount(string path, MountKind kind, string type, string description) =>
        MountPaths.New(path, kind, type) with { Description = description };

    private async ValueTask<string> MakeRootAsync(Transaction transaction, Mount mount, string? secret)
    {
        // A root token whose secret is chosen (dev mode) looks as if it had been created through the API, as in Vault.
        var (name, path) = secret is null ? ("root", "auth/token/root") : ("token", "auth/token/create");
        var grant = new TokenGrant { Policies = [PolicyNames.Root], NoDefaultPolicy = true, DisplayName = name, Renewable = false };
        var block = await tokens.CreateAsync(transaction, grant, null, path, mount, secret, []);
        return block.ClientToken;
    }
}
