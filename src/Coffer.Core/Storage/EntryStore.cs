using Coffer.Core.Requests;
using Coffer.Core.Telemetry;

namespace Coffer.Core.Storage;

/// <summary>
/// Decrypted reads and encrypted writes above the storage, with a bounded cache of ciphertext. The cache is right because every commit of
/// this node goes through here and every commit of another is applied by <see cref="ChangedAsync"/> before this node's read lease is renewed.
/// </summary>
public sealed class EntryStore(IStorage storage, Barrier barrier, long cacheBytes = 32 << 20, Metrics? metrics = null)
{
    private const int Overhead = 200;
    private readonly EpochCache<EntryKey, Entry> cache =
        new(cacheBytes, static (key, entry) => entry.Value.Length + (key.Path.Length * 2) + Overhead);

    private readonly List<IChangeListener> listeners = [];
    private long lastCommit;

    public IStorage Storage => storage;

    /// <summary>What is counted of the work on these entries.</summary>
    public Metrics Metrics { get; } = metrics ?? new Metrics(TimeProvider.System);

    /// <summary>The position of this node's last commit.</summary>
    public long LastCommit => Volatile.Read(ref lastCommit);

    public void Listen(IChangeListener listener) => listeners.Add(listener);

    public Barrier Barrier => barrier;

    public async ValueTask<Plain?> GetAsync(EntryKey key, CancellationToken cancel = default)
    {
        if (!cache.TryGet(key, out var entry))
        {
            var epoch = cache.Epoch;
            entry = await storage.GetAsync(key, cancel);
            if (entry is not null) cache.Add(key, entry, epoch);
        }
        return entry is null ? null : await OpenAsync(entry, cancel);
    }

    public ValueTask<IReadOnlyList<string>> ListAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel = default) =>
        storage.ListAsync(space, prefix, after, limit, cancel);

    public async ValueTask<IReadOnlyList<Plain>> ScanAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel = default)
    {
        var entries = await storage.ScanAsync(space, prefix, after, limit, cancel);
        var plain = new List<Plain>(entries.Count);
        foreach (var entry in entries) plain.Add(await OpenAsync(entry, cancel));
        return plain;
    }

    /// <summary>Adds a write of <paramref name="value"/> to a batch, encrypted for its place.</summary>
    public void Seal(Batch batch, EntryKey key, ReadOnlySpan<byte> value, Due? due = null) =>
        batch.Put(key, barrier.Encrypt(key, value), due);

    public async ValueTask<CommitResult> CommitAsync(Batch batch, CancellationToken cancel = default)
    {
        var result = await storage.CommitAsync(batch, cancel);
        (result.Committed ? Metrics.StorageCommits : Metrics.StorageConflicts).Add();
        if (result.Committed)
        {
            for (var seen = LastCommit; result.Position > seen; seen = LastCommit) Interlocked.CompareExchange(ref lastCommit, result.Position, seen);
            await ChangedAsync([.. batch.Writes.Select(w => w.Key)]);
        }
        else if (result.Conflict is { } conflict)
        {
            cache.Remove(conflict);
        }
        return result;
    }

    /// <summary>Drops what was derived from these entries; returns when nothing older is served.</summary>
    public async ValueTask ChangedAsync(IReadOnlyCollection<EntryKey> keys)
    {
        foreach (var key in keys) cache.Remove(key);
        foreach (var listener in listeners) await listener.ChangedAsync(keys);
    }

    /// <summary>Drops everything that was derived.</summary>
    public async ValueTask ResetAsync()
    {
        cache.Clear();
        foreach (var listener in listeners) await listener.ResetAsync();
    }

    /// <summary>Drops the cached entries without reading anything anew: the barrier is sealed.</summary>
    public void Clear() => cache.Clear();

    public async ValueTask<IReadOnlyList<Plain>> ClaimAsync(
        DueClass due, int limit, TimeSpan visibility, CancellationToken cancel = default)
    {
        var claimed = await storage.ClaimAsync(due, limit, visibility, cancel);
        var plain = new List<Plain>(claimed.Count);
        foreach (var entry in claimed)
        {
            cache.Remove(entry.Key);
            plain.Add(await OpenAsync(entry, cancel));
        }
        return plain;
    }

    public async ValueTask<Plain> OpenAsync(Entry entry, CancellationToken cancel = default)
    {
        try
        {
            return new Plain(entry.Key, barrier.Decrypt(entry), entry.Version, entry.Due);
        }
        catch (UnknownTermException)
        {
            await barrier.ReloadAsync(cancel);
            return new Plain(entry.Key, barrier.Decrypt(entry), entry.Version, entry.Due);
        }
    }
}
