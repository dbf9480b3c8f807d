using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Barrier;

/// <summary>
/// Decrypted reads and encrypted writes above the storage, with a bounded cache of ciphertext. The cache is right because every commit of
/// this node goes through here and every commit of another is applied by <see cref="Forget"/> before this node's read lease is renewed.
/// </summary>
public sealed class EntryStore(IStorage storage, Barrier barrier, EntryCache cache)
{
    public IStorage Storage => storage;

    public Barrier Barrier => barrier;

    public async ValueTask<Plain?> GetAsync(EntryKey key, CancellationToken cancel = default)
    {
        if (!cache.TryGet(key, out var entry))
        {
            var epoch = cache.Epoch;
            entry = await storage.GetAsync(key, cancel);
            if (entry is not null) cache.Add(entry, epoch);
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
        if (result.Committed)
        {
            foreach (var write in batch.Writes) cache.Remove(write.Key);
        }
        else if (result.Conflict is { } conflict)
        {
            cache.Remove(conflict);
        }
        return result;
    }

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
