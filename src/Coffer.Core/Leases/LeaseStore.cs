using System.Text.Json;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Coffer.Core.Tokens;

namespace Coffer.Core.Leases;

/// <summary>Makes, renews and ends leases. Nothing is kept in memory: a lease is an entry that falls due.</summary>
public sealed class LeaseStore(EntryStore store, MountTable mounts, SystemTtls ttls, TimeProvider clock)
{
    public const string Prefix = "lease/id/";

    public SystemTtls Ttls => ttls;

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    public static EntryKey Key(NamespaceId space, string id) => new(space, Prefix + id);

    /// <summary>The leases that hang on a token.</summary>
    public static string OfToken(string tokenId) => $"lease/token/{tokenId}/";

    /// <summary>
    /// Makes a lease in the operation's own transaction. The token that it hangs on is read in it, so that one which is revoked meanwhile
    /// makes the commit conflict: a lease never comes after the sweep of its token.
    /// </summary>
    /// <exception cref="TokenRevokedException">The token has been revoked since it was looked up.</exception>
    public async ValueTask<LeaseBlock> CreateAsync(
        Transaction transaction, LeaseGrant grant, NamespaceId space, string path, Mount mount, Token? token, List<string> warnings)
    {
        var now = clock.GetUtcNow();
        var max = ttls.MaxOf(mount);
        if (grant.MaxTtl > TimeSpan.Zero && grant.MaxTtl < max) max = grant.MaxTtl;
        var ttl = LeaseTimes.Grant(
            grant.Ttl, TimeSpan.Zero, ttls.DefaultOf(mount), max, TimeSpan.Zero, TimeSpan.Zero, now, now, warnings);
        // A batch token can't be revoked, so what it leases must not outlive it (CVE-2020-25816).
        if (token is { Type: TokenType.Batch, Expires: { } end } && now + ttl > end) ttl = end - now;
        var owner = token is null ? "" : token.Type == TokenType.Batch ? token.Parent : token.Id;
        if (owner.Length > 0 && await TokenStore.ReadAsync(transaction, space, owner) is not { Revoking: false }) throw new TokenRevokedException();
        var lease = new Lease
        {
            Id = $"{path}/{Ids.Base62Name()}",
            MountUuid = mount.Uuid,
            Kind = grant.Kind,
            TokenId = owner,
            Issued = now,
            Expires = now + ttl,
            Latest = token is { Type: TokenType.Batch, Expires: { } last } && last < now + max ? last : now + max,
            Ttl = ttl,
            Renewable = grant.Renewable,
            Internal = grant.Internal,
        };
        Write(transaction, space, lease);
        transaction.Counts(store.Metrics.LeasesCreated);
        if (owner.Length > 0) transaction.Put(new EntryKey(space, OfToken(owner) + lease.Id), []);
        return new LeaseBlock(lease.Id, ttl, lease.Renewable);
    }

    public static async ValueTask<Lease?> ReadAsync(Transaction transaction, NamespaceId space, string id) =>
        id.Length > 0 && await transaction.GetAsync(Key(space, id)) is { } entry ? Parse(entry.Value) : null;

    /// <summary>Prolongs a lease from now; null with the reason if that can't be.</summary>
    public async ValueTask<(LeaseBlock? Block, string Refusal)> RenewAsync(
        Transaction transaction, NamespaceId space, Lease lease, TimeSpan increment, List<string> warnings)
    {
        var now = clock.GetUtcNow();
        if (lease.Revoking || lease.Expires <= now) return (null, "lease expired");
        if (!lease.Renewable || mounts.ByUuid(lease.MountUuid) is not { } mounted) return (null, "lease is not renewable");
        var kind = mounted.Engine.Leases.FirstOrDefault(k => k.Name == lease.Kind);
        if (kind?.Renew is { } renew)
        {
            var call = CallFor(transaction, space, lease, mounted.Mount, increment);
            var granted = await renew(call);
            if (granted.Ttl > TimeSpan.Zero) increment = granted.Ttl;
        }
        var ttl = increment > TimeSpan.Zero ? increment : lease.Ttl;
        if (now + ttl > lease.Latest)
        {
            warnings.Add("the requested TTL exceeds the lease's maximum and was cut to it");
            ttl = lease.Latest - now;
        }
        var renewed = lease with { Expires = now + ttl, LastRenewal = now };
        Write(transaction, space, renewed);
        return (new LeaseBlock(lease.Id, ttl, lease.Renewable), "");
    }

    /// <summary>Marks a lease so that it is dead from the commit on, and its undoing is tried until it is done.</summary>
    public static void Mark(Transaction transaction, NamespaceId space, Lease lease) =>
        Write(transaction, space, lease with { Revoking = true });

    /// <summary>
    /// Undoes what a lease stands for and removes it, in one commit. A failure is written into the lease, which falls due again later;
    /// the reason comes back. <paramref name="force"/> removes it whatever the engine says.
    /// </summary>
    public async ValueTask<string?> RevokeAsync(NamespaceId space, string id, bool force, CancellationToken cancel)
    {
        while (true)
        {
            var transaction = new Transaction(store, cancel);
            if (await ReadAsync(transaction, space, id) is not { } lease) return null;
            var failure = await UndoAsync(transaction, space, lease);
            if (failure is not null && !force)
            {
                transaction = new Transaction(store, cancel);
                if (await ReadAsync(transaction, space, id) is not { } current) return null;
                Write(transaction, space, current with { Attempts = current.Attempts + 1, LastError = failure, Revoking = true }, Backoff(current.Attempts));
            }
            else
            {
                Remove(transaction, space, lease);
                transaction.Counts(store.Metrics.LeasesEnded);
            }
            if ((await transaction.CommitAsync()).Committed) return force ? null : failure;
        }
    }

    /// <summary>Puts a claimed lease that lives on back to its own due time.</summary>
    public async ValueTask RescheduleAsync(Plain claimed, Lease lease, CancellationToken cancel)
    {
        var transaction = new Transaction(store, cancel);
        transaction.Require(claimed.Key, claimed.Version);
        Write(transaction, claimed.Key.Namespace, lease);
        await transaction.CommitAsync();
    }

    private async ValueTask<string?> UndoAsync(Transaction transaction, NamespaceId space, Lease lease)
    {
        // The mount and all its entries are gone: nothing is left to undo with.
        if (mounts.ByUuid(lease.MountUuid) is not { } mounted) return null;
        if (mounted.Engine.Leases.FirstOrDefault(k => k.Name == lease.Kind) is not { } kind)
            return $"the engine at {mounted.Mount.Path} does not know leases of kind {lease.Kind}";
        try
        {
            var reply = await kind.Revoke(CallFor(transaction, space, lease, mounted.Mount, TimeSpan.Zero));
            return reply.IsRefusal ? string.Join("; ", reply.Errors) : null;
        }
        catch (Exception e) when (e is not StorageUnavailableException and not StorageFailedException and not OperationCanceledException)
        {
            return e.Message;
        }
    }

    private static void Remove(Transaction transaction, NamespaceId space, Lease lease)
    {
        transaction.Delete(Key(space, lease.Id));
        if (lease.TokenId.Length > 0) transaction.Delete(new EntryKey(space, OfToken(lease.TokenId) + lease.Id));
    }

    private static LeaseCall CallFor(Transaction transaction, NamespaceId space, Lease lease, Mount mount, TimeSpan increment) =>
        new(lease.Id, lease.Internal, new EntryView(transaction, space, mount.Room), increment, transaction.Cancel);

    private DateTimeOffset Backoff(int attempts)
    {
        var wait = TimeSpan.FromSeconds(10 * Math.Pow(2, Math.Min(attempts, 20)));
        return clock.GetUtcNow() + (wait < LongestWait ? wait : LongestWait);
    }

    private static void Write(Transaction transaction, NamespaceId space, Lease lease, DateTimeOffset? due = null) =>
        transaction.Put(
            Key(space, lease.Id), JsonSerializer.SerializeToUtf8Bytes(lease, StoredJson.Default.Lease),
            new Due(DueClass.Lease, due ?? (lease.Revoking ? DateTimeOffset.UnixEpoch : lease.Expires)));

    internal static Lease Parse(byte[] json) => JsonSerializer.Deserialize(json, StoredJson.Default.Lease)!;
}
