using Coffer.Core.Storage;

namespace Coffer.Core.Seals;

/// <summary>
/// Holds the way to the root key: initializes, unseals by shares or unattended, seals, migrates between seals, and changes the shares.
/// The first of <paramref name="seals"/> is the configured one; the others may be migrated from. Safe for use by many threads; what has
/// been submitted so far is this node's own.
/// </summary>
public sealed partial class Keyholder(IStorage storage, Barrier barrier, TimeProvider clock, IReadOnlyList<ISeal> seals) : IDisposable
{
    private const string NotInitialized = "Vault is not initialized";
    private const string Sealed = "Vault is sealed";
    private const string NotAKey = "'key' must be a valid hex or base64 string";
    private const string NoFit = "unable to retrieve stored keys: the shares do not open the root key; some are wrong or of an earlier rekey. "
        + "Start again with the first";

    private static readonly TimeSpan ConfigAge = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly ISeal seal = seals[0];
    private ShareSet? submitted;
    private KnownConfig? known;
    private volatile bool open;

    /// <summary>Runs after the barrier is unsealed and before anybody is told so; where it throws, all is closed again.</summary>
    public Func<CancellationToken, ValueTask>? Unsealed { get; set; }

    /// <summary>Runs before the keys are forgotten. They are forgotten even where it throws.</summary>
    public Func<ValueTask>? Closing { get; set; }

    /// <summary>Runs after the keys are forgotten.</summary>
    public Func<ValueTask>? Closed { get; set; }

    /// <summary>Whether requests can't be served; also true while the unsealing is not complete.</summary>
    public bool IsSealed => !open || barrier.IsSealed;

    public async ValueTask<SealStatus> StatusAsync(CancellationToken cancel = default)
    {
        var config = await ReadConfigAsync(fresh: false, cancel);
        return Describe(config);
    }

    /// <summary>
    /// Makes root key, keyring and shares. <paramref name="prepare"/> runs with the barrier open, to make what a new server needs; where
    /// it throws, the initialization is undone. Afterwards an unattended server is unsealed and any other is sealed.
    /// </summary>
    public async ValueTask<Outcome<NewShares>> InitializeAsync(
        InitShares request, Func<CancellationToken, ValueTask> prepare, CancellationToken cancel = default)
    {
        await gate.WaitAsync(cancel);
        try
        {
            if (await ReadConfigAsync(fresh: true, cancel) is not null)
                return new Refused("Vault is already initialized");
            if (Objection(request) is { } objection)
                return new Refused(objection);
            var (shares, threshold) = seal.IsUnattended
                ? (request.RecoveryShares, request.RecoveryThreshold) : (request.SecretShares, request.SecretThreshold);

            using var rootKey = NewKey();
            using var shareKey = NewKey();
            var made = shares == 0 ? [] : ShareSet.Split(shareKey.WrittenSpan, shares, threshold);
            var wrapped = await WrapAsync(seal, rootKey, shares == 0 ? default : shareKey.WrittenMemory, cancel);
            var config = new SealConfig(seal.Type, shares, threshold, wrapped);
            var batch = new Batch().Require(SealConfig.Key, Check.Absent).Put(SealConfig.Key, config.Write());
            try
            {
                await barrier.InitializeAsync(rootKey.WrittenMemory, batch, cancel);
            }
            catch (InitializationException refusal)
            {
                return new Refused(refusal.Message);
            }

            known = null;
            await PrepareAsync(rootKey.WrittenMemory, prepare, cancel);
            return seal.IsUnattended ? new NewShares([], made) : new NewShares(made, []);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Opens the barrier where the seal needs no operator. False where it is not initialized, is to be migrated, or needs shares.</summary>
    /// <exception cref="WrongKeyException">The seal's own key is not the one that the root key was wrapped with.</exception>
    /// <exception cref="SealUnavailableException">The seal's own key can't be had.</exception>
    public async ValueTask<bool> UnsealUnattendedAsync(CancellationToken cancel = default)
    {
        await gate.WaitAsync(cancel);
        try
        {
            if (!IsSealed)
                return true;
            if (!seal.IsUnattended || await ReadConfigAsync(fresh: true, cancel) is not { } config || config.Type != seal.Type)
                return false;
            using var payload = await UnwrapAsync(seal, config, default, cancel)
                ?? throw new WrongKeyException($"the key of the seal {seal.Type} does not open the root key");
            await OpenAsync(payload.RootKey, null, cancel);
            return true;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// Takes one share, in hex or base64; the last one needed unseals. With <paramref name="migrate"/> it also hands the root key from the
    /// seal it is kept by to the configured one, in the commit of one entry: until then the old seal opens it, from then on the new one.
    /// </summary>
    public async ValueTask<Outcome<SealStatus>> SubmitShareAsync(string key, bool migrate = false, CancellationToken cancel = default)
    {
        await gate.WaitAsync(cancel);
        try
        {
            if (await ReadConfigAsync(fresh: true, cancel) is not { } config)
                return new Refused(NotInitialized);
            if (!IsSealed)
                return Describe(config);
            if (MigrationObjection(config, migrate) is { } objection)
                return new Refused(objection);
            var (share, refusal) = ReadShare(key, config);
            if (share is null)
                return new Refused(refusal!);
            submitted ??= new ShareSet();
            submitted.Add(share);
            if (submitted.Progress < config.Threshold)
                return Describe(config);

            using var complete = submitted;
            submitted = null;
            using var opened = await TryOpenAsync(config, complete, cancel);
            if (opened is null)
                return new Refused(NoFit);
            await OpenAsync(opened.RootKey, migrate ? () => MigrateAsync(config, opened, cancel) : null, cancel);
            return Describe(await ReadConfigAsync(fresh: true, cancel));
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Forgets the shares submitted to unseal.</summary>
    public async ValueTask<Outcome<SealStatus>> ResetAsync(CancellationToken cancel = default)
    {
        await gate.WaitAsync(cancel);
        try
        {
            if (await ReadConfigAsync(fresh: true, cancel) is not { } config)
                return new Refused(NotInitialized);
            ForgetSubmitted();
            return Describe(config);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Forgets every key and all that was submitted. An unattended seal opens again at the next start, or by recovery shares.</summary>
    public async ValueTask SealAsync(CancellationToken cancel = default)
    {
        await gate.WaitAsync(cancel);
        try
        {
            await CloseAsync();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Forgets the keys; <see cref="SealAsync"/> comes first where somebody is to be told.</summary>
    public void Dispose()
    {
        Forget();
        gate.Dispose();
    }

    private void Forget()
    {
        open = false;
        barrier.Seal();
        ForgetSubmitted();
        ForgetRekey();
        ForgetRootGeneration();
    }

    private async ValueTask CloseAsync()
    {
        open = false;
        try
        {
            if (Closing is not null)
                await Closing();
        }
        finally
        {
            Forget();
            if (Closed is not null)
                await Closed();
        }
    }

    private void ForgetSubmitted()
    {
        submitted?.Dispose();
        submitted = null;
    }

    private async ValueTask OpenAsync(ReadOnlyMemory<byte> rootKey, Func<ValueTask>? afterKeys, CancellationToken cancel)
    {
        await barrier.UnsealAsync(rootKey, cancel);
        try
        {
            if (afterKeys is not null)
                await afterKeys();
            if (Unsealed is not null)
                await Unsealed(cancel);
            open = true;
        }
        finally
        {
            if (!open)
                await CloseAsync();
        }
    }

    private async ValueTask PrepareAsync(ReadOnlyMemory<byte> rootKey, Func<CancellationToken, ValueTask> prepare, CancellationToken cancel)
    {
        var prepared = false;
        try
        {
            await barrier.UnsealAsync(rootKey, cancel);
            await prepare(cancel);
            prepared = true;
            if (seal.IsUnattended)
            {
                if (Unsealed is not null)
                    await Unsealed(cancel);
                open = true;
            }
        }
        finally
        {
            if (!open)
                await CloseAsync();
            if (!prepared)
            {
                known = null;
                await storage.CommitAsync(new Batch().Delete(SealConfig.Key).Delete(Barrier.KeyringKey), CancellationToken.None);
            }
        }
    }

    private async ValueTask MigrateAsync(SealConfig old, SealPayload opened, CancellationToken cancel)
    {
        var wrapped = await WrapAsync(seal, opened.RootKeyBuffer, opened.ShareKey, cancel);
        var batch = new Batch().Require(SealConfig.Key, old.Version)
            .Put(SealConfig.Key, (old with { Type = seal.Type, Wrapped = wrapped }).Write());
        known = null;
        if (!(await storage.CommitAsync(batch, cancel)).Committed)
            throw new StorageUnavailableException("another node changed the seal's configuration meanwhile");
    }

    private SealStatus Describe(SealConfig? config) => new(
        seal.Type, config is not null, IsSealed, config?.Threshold ?? 0, config?.Shares ?? 0, submitted?.Progress ?? 0,
        submitted?.Nonce ?? "", config is not null && config.Type != seal.Type, seal.IsUnattended);

    private string? Objection(InitShares request)
    {
        if (!seal.IsUnattended)
        {
            return request.RecoveryShares != 0 || request.RecoveryThreshold != 0
                ? $"parameters recovery_shares,recovery_threshold not applicable to seal type {seal.Type}"
                : Objection(request.SecretShares, request.SecretThreshold, "seal");
        }

        if (request.SecretShares != 0 || request.SecretThreshold != 0)
            return $"parameters secret_shares,secret_threshold not applicable to seal type {seal.Type}";
        return request is { RecoveryShares: 0, RecoveryThreshold: 0 }
            ? null : Objection(request.RecoveryShares, request.RecoveryThreshold, "recovery");
    }

    private static string? Objection(int shares, int threshold, string subject)
    {
        var reason = (shares, threshold) switch
        {
            ( < 1, _) => "shares must be at least one",
            ( > Shamir.MostShares, _) => "shares must be less than 256",
            (_, < 1) => "threshold must be at least one",
            (_, > Shamir.MostShares) => "threshold must be less than 256",
            _ when threshold > shares => "threshold cannot be larger than shares",
            ( > 1, 1) => "threshold must be greater than one for multiple shares",
            _ => null,
        };
        return reason is null ? null : $"invalid {subject} configuration: {reason}";
    }

    private string? MigrationObjection(SealConfig config, bool migrate)
    {
        var pending = config.Type != seal.Type;
        if (pending && !seals.Any(other => other.Type == config.Type))
            return $"the root key is kept by a seal of type {config.Type}, which is not configured";
        if (pending && !migrate)
            return "migrate option not provided and seal migration is pending";
        if (!pending && migrate)
            return "can't perform a seal migration, no migration seal found";
        return config.Threshold == 0 ? "there are no recovery shares: restart the server to unseal it" : null;
    }

    private sealed record KnownConfig(SealConfig? Config, long ReadAt);
}
