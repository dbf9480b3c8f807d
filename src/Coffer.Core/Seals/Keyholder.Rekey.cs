using System.Security.Cryptography;
using Coffer.Core.Storage;

namespace Coffer.Core.Seals;

// New shares: the old ones prove themselves, then a new share key and a new root key take effect in one commit.
public sealed partial class Keyholder
{
    /// <summary>How long an attempt at a rekey or a root generation may stand still: nobody blocks the operators by starting one.</summary>
    public static readonly TimeSpan AttemptAge = TimeSpan.FromMinutes(15);

    // The nonce is what entitles to cancel, so no refusal tells it, and no status does but to the privileged (CVE-2026-5807).
    private const string WrongNonce = "incorrect nonce supplied; ask whoever started the operation for its nonce";

    private const string NoRekey = "no rekey in progress";

    private Rekey? rekey;

    /// <summary>
    /// The state of the rekey of the unseal key, or with <paramref name="recovery"/> of the recovery key. The nonces are told to the
    /// <paramref name="privileged"/>: the caller has checked a token.
    /// </summary>
    public ValueTask<Outcome<RekeyStatus>> RekeyStatusAsync(bool recovery, bool privileged, CancellationToken cancel = default) =>
        WhileUnsealedAsync<RekeyStatus>(config =>
        {
            if (RekeyObjection(recovery, config) is { } objection)
                return new(new Refused(objection));
            var status = Describe(rekey, config);
            return new(privileged ? status : status with { Nonce = "", VerificationNonce = "" });
        }, cancel);

    public ValueTask<Outcome<RekeyStatus>> StartRekeyAsync(
        bool recovery, int shares, int threshold, bool verify, CancellationToken cancel = default) =>
        WhileUnsealedAsync<RekeyStatus>(config =>
        {
            if (RekeyObjection(recovery, config) is { } objection)
                return new(new Refused(objection));
            if (Objection(shares, threshold, recovery ? "recovery" : "seal") is { } invalid)
                return new(new Refused(invalid));
            if (rekey is not null)
                return new(new Refused("rekey already in progress"));
            rekey = new Rekey(shares, threshold, verify, clock.GetTimestamp());
            return new(Describe(rekey, config));
        }, cancel);

    /// <summary>
    /// Cancels; needs the nonce, as anybody may call it, unless <paramref name="privileged"/>: the caller has checked a token (CVE-2026-5807).
    /// Null in the outcome's refusal means done, also where there was nothing to cancel.
    /// </summary>
    public ValueTask<Outcome<RekeyStatus>> CancelRekeyAsync(bool recovery, string? nonce, bool privileged, CancellationToken cancel = default) =>
        WhileUnsealedAsync<RekeyStatus>(config =>
        {
            if (RekeyObjection(recovery, config) is { } objection)
                return new(new Refused(objection));
            if (rekey is not null && !privileged && !SameNonce(rekey.Nonce, nonce))
                return new(new Refused("the nonce of the rekey in progress is needed to cancel it"));
            ForgetRekey();
            return new(Describe(rekey, config));
        }, cancel);

    /// <summary>Takes one old share. The last makes the new ones, which take effect at once or, where so asked, when they are verified.</summary>
    public ValueTask<Outcome<RekeyProgress>> UpdateRekeyAsync(bool recovery, string nonce, string key, CancellationToken cancel = default) =>
        WhileUnsealedAsync<RekeyProgress>(async config =>
        {
            if (RekeyObjection(recovery, config) is { } objection)
                return new Refused(objection);
            if (rekey is not { Pending: null } attempt)
                return new Refused(rekey is null ? NoRekey : "the new shares are to be verified");
            if (!SameNonce(attempt.Nonce, nonce))
                return new Refused(WrongNonce);
            var (share, refusal) = ReadShare(key, config);
            if (share is null)
                return new Refused(refusal!);
            attempt.Touch(clock.GetTimestamp());
            attempt.Old.Add(share);
            if (attempt.Old.Progress < config.Threshold)
                return new RekeyProgress(Describe(attempt, config), null);

            using var proven = await TryProveAsync(config, attempt.Old, cancel);
            attempt.Old.Dispose();
            if (proven is null)
                return new Refused("rekey failed: " + NoFit);
            var pending = attempt.Pending = NewKey();
            var shares = ShareSet.Split(pending.WrittenSpan, attempt.Shares, attempt.Threshold);
            if (attempt.Verify)
                return new RekeyProgress(Describe(attempt, config), shares);
            var status = Describe(attempt, config);
            return await CommitRekeyAsync(config, attempt, cancel)
                ? new RekeyProgress(status, shares) : new Refused("rekey failed: another node changed the seal meanwhile");
        }, cancel);

    public ValueTask<Outcome<VerificationStatus>> VerificationStatusAsync(
        bool recovery, bool privileged, CancellationToken cancel = default) =>
        WhileUnsealedAsync<VerificationStatus>(config =>
        {
            if (RekeyObjection(recovery, config) is { } objection)
                return new(new Refused(objection));
            var status = Verification(complete: false);
            return new(privileged ? status : status with { Nonce = "" });
        }, cancel);

    /// <summary>Takes one new share; the last makes the rekey take effect.</summary>
    public ValueTask<Outcome<VerificationStatus>> VerifyRekeyAsync(
        bool recovery, string nonce, string key, CancellationToken cancel = default) =>
        WhileUnsealedAsync<VerificationStatus>(async config =>
        {
            if (RekeyObjection(recovery, config) is { } objection)
                return new Refused(objection);
            if (rekey is not { Pending: { } pending } attempt)
                return new Refused("no rekey verification in progress");
            if (!SameNonce(attempt.New.Nonce, nonce))
                return new Refused(WrongNonce);
            var (share, refusal) = ReadShare(key, config with { Shares = attempt.Shares });
            if (share is null)
                return new Refused(refusal!);
            attempt.Touch(clock.GetTimestamp());
            attempt.New.Add(share);
            if (attempt.New.Progress < attempt.Threshold)
                return Verification(complete: false);

            var combined = attempt.New.Combine();
            var same = combined is not null && CryptographicOperations.FixedTimeEquals(combined, pending.WrittenSpan);
            CryptographicOperations.ZeroMemory(combined);
            if (!same)
            {
                attempt.RestartVerification();
                return new Refused("rekey verification failed: the shares are not the new ones");
            }

            var status = Verification(complete: true);
            return await CommitRekeyAsync(config, attempt, cancel)
                ? status : new Refused("rekey failed: another node changed the seal meanwhile");
        }, cancel);

    /// <summary>Forgets the new shares submitted so far and changes the nonce; the rekey stays.</summary>
    public ValueTask<Outcome<VerificationStatus>> RestartVerificationAsync(
        bool recovery, string? nonce, bool privileged, CancellationToken cancel = default) =>
        WhileUnsealedAsync<VerificationStatus>(config =>
        {
            if (RekeyObjection(recovery, config) is { } objection)
                return new(new Refused(objection));
            if (rekey is not { Pending: not null })
                return new(new Refused("no rekey verification in progress"));
            if (!privileged && !SameNonce(rekey.New.Nonce, nonce))
                return new(new Refused("the nonce of the verification in progress is needed to restart it"));
            rekey.RestartVerification();
            return new(Verification(complete: false));
        }, cancel);

    private async ValueTask<bool> CommitRekeyAsync(SealConfig config, Rekey attempt, CancellationToken cancel)
    {
        using var rootKey = NewKey();
        var wrapped = await WrapAsync(seal, rootKey, attempt.Pending!.WrittenMemory, cancel);
        var changed = new SealConfig(seal.Type, attempt.Shares, attempt.Threshold, wrapped);
        var batch = new Batch().Require(SealConfig.Key, config.Version).Put(SealConfig.Key, changed.Write());
        known = null;
        var committed = await barrier.RewrapAsync(rootKey.WrittenMemory, batch, cancel);
        ForgetRekey();
        return committed;
    }

    private void ForgetRekey()
    {
        rekey?.Dispose();
        rekey = null;
    }

    private string? RekeyObjection(bool recovery, SealConfig config) => (recovery, seal.IsUnattended) switch
    {
        (true, false) => "recovery rekeying not supported",
        (false, true) => $"a seal of type {seal.Type} has no unseal shares; rekey its recovery key",
        (true, true) when config.Threshold == 0 => "there is no recovery key",
        _ => null,
    };

    private static RekeyStatus Describe(Rekey? attempt, SealConfig config) => attempt is null
        ? new RekeyStatus(false, "", 0, 0, 0, config.Threshold, false, "")
        : new RekeyStatus(true, attempt.Nonce, attempt.Threshold, attempt.Shares, attempt.Old.Progress, config.Threshold, attempt.Verify,
            attempt is { Verify: true, Pending: not null } ? attempt.New.Nonce : "");

    private VerificationStatus Verification(bool complete) => rekey is { Verify: true, Pending: not null } attempt
        ? new VerificationStatus(true, attempt.New.Nonce, attempt.Threshold, attempt.Shares, attempt.New.Progress, complete)
        : new VerificationStatus(false, "", 0, 0, 0, complete);

    private async ValueTask<Outcome<T>> WhileUnsealedAsync<T>(Func<SealConfig, ValueTask<Outcome<T>>> act, CancellationToken cancel)
        where T : class
    {
        await gate.WaitAsync(cancel);
        try
        {
            if (await ReadConfigAsync(fresh: true, cancel) is not { } config)
                return new Refused(NotInitialized);
            if (IsSealed)
                return new Refused(Sealed);
            if (rekey is not null && clock.GetElapsedTime(rekey.TouchedAt) > AttemptAge)
                ForgetRekey();
            if (generation is not null && clock.GetElapsedTime(generation.TouchedAt) > AttemptAge)
                ForgetRootGeneration();
            return await act(config);
        }
        finally
        {
            gate.Release();
        }
    }

    private static bool SameNonce(string expected, string? given) => given is not null
        && CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(expected), System.Text.Encoding.UTF8.GetBytes(given));

    private sealed class Rekey(int shares, int threshold, bool verify, long startedAt) : IDisposable
    {
        public string Nonce => Old.Nonce;

        public int Shares => shares;

        public int Threshold => threshold;

        public bool Verify => verify;

        public long TouchedAt { get; private set; } = startedAt;

        public ShareSet Old { get; } = new();

        public ShareSet New { get; private set; } = new();

        /// <summary>The new share key, once the old shares have proven themselves.</summary>
        public SecretBuffer? Pending { get; set; }

        public void Touch(long now) => TouchedAt = now;

        public void RestartVerification()
        {
            New.Dispose();
            New = new ShareSet();
        }

        public void Dispose()
        {
            Old.Dispose();
            New.Dispose();
            Pending?.Dispose();
        }
    }
}
