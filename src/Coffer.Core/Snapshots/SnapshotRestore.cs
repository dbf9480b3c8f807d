using Coffer.Core.Audit;
using Coffer.Core.Seals;
using Coffer.Core.Storage;
using Coffer.Formats.Snapshots;

namespace Coffer.Core.Snapshots;

/// <summary>Whose a snapshot is, or why it is refused.</summary>
internal sealed record CheckedSnapshot(SnapshotReader? Reader, bool IsForeign, string? Refusal);

/// <summary>Checks snapshots and puts them in the place of everything stored.</summary>
/// <remarks>
/// A restore into the vault that wrote the snapshot keeps the keys in force: the keyring knows every term that ever was, so today's unseal
/// keys stay valid, and no node is left with a term that the stored keyring lacks. It keeps the audit logs' checkpoints too: a restore is
/// no way to make the trail forget. A restore of another vault's snapshot brings that one's keys along, so the barrier is sealed with it.
/// </remarks>
internal sealed class SnapshotRestore(EntryStore store)
{
    private const int Page = 1000;

    public async Task<CheckedSnapshot> CheckAsync(Stream file, bool force, CancellationToken cancel)
    {
        try
        {
            var reader = await SnapshotReader.OpenAsync(file, cancel);
            var (keyring, hasSeal) = await ReadThroughAsync(reader, cancel);
            if (SnapshotSave.WithKey(store.Barrier, key => reader.IsSealedWith(key))) return new(reader, false, null);
            var header = reader.Header;
            if (header.ClusterId == store.Barrier.ClusterId || (keyring is not null && store.Barrier.Opens(keyring)))
                return Refuse("the snapshot was altered: it names this server, which has not sealed it so");
            if (keyring is null || !hasSeal)
                return Refuse("the snapshot is of another server and has no keyring or no seal in it: nothing could open it");
            return force
                ? new(reader, true, null)
                : Refuse($"the snapshot is of another server (cluster {header.ClusterId}), whose unseal keys alone open it. "
                    + "To replace everything here by it, and go on with those keys, use snapshot-force");
        }
        catch (SnapshotException e)
        {
            return Refuse(e.Message);
        }
    }

    /// <summary>Replaces everything; returns the new head's position. After a foreign one the barrier is sealed.</summary>
    public async ValueTask<long> RunAsync(CheckedSnapshot snapshot)
    {
        if (snapshot.IsForeign)
        {
            var head = await store.Storage.RestoreAsync(Entries(snapshot.Reader!, [], _ => false));
            // What is encrypted by the old keys from here on could never be read again.
            store.Barrier.Seal();
            store.Clear();
            return head;
        }
        var position = await store.Barrier.WithStoredKeysAsync(async keys =>
        {
            var kept = new List<Entry>(keys);
            if (await store.Storage.GetAsync(SealConfig.Key) is { } seal) kept.Add(seal);
            await AddCheckpointsAsync(kept);
            var paths = kept.Select(e => e.Key).ToHashSet();
            return await store.Storage.RestoreAsync(Entries(
                snapshot.Reader!, kept, key => paths.Contains(key) || Barrier.IsOfKeys(key) || key == SealConfig.Key));
        });
        await store.ResetAsync();
        return position;
    }

    private async Task AddCheckpointsAsync(List<Entry> kept)
    {
        string? after = null;
        while (true)
        {
            var page = await store.Storage.ScanAsync(NamespaceId.Root, KeptCheckpoints.Prefix, after, Page);
            kept.AddRange(page);
            if (page.Count < Page) return;
            after = page[^1].Key.Path;
        }
    }

    /// <summary>Every entry is unpacked once before anything is replaced.</summary>
    private static async Task<(Entry? Keyring, bool HasSeal)> ReadThroughAsync(SnapshotReader reader, CancellationToken cancel)
    {
        Entry? keyring = null;
        var hasSeal = false;
        await foreach (var each in reader.EntriesAsync(cancel))
        {
            var entry = ToEntry(each);
            if (entry.Key == Barrier.KeyringKey) keyring = entry;
            hasSeal |= entry.Key == SealConfig.Key;
        }
        return (keyring, hasSeal);
    }

    private static async IAsyncEnumerable<Entry> Entries(SnapshotReader reader, IReadOnlyList<Entry> kept, Func<EntryKey, bool> isKept)
    {
        foreach (var entry in kept) yield return entry;
        await foreach (var each in reader.EntriesAsync())
        {
            var entry = ToEntry(each);
            if (!isKept(entry.Key)) yield return entry;
        }
    }

    private static Entry ToEntry(SnapshotEntry entry)
    {
        Due? due = null;
        if (entry.DueClass != 0)
        {
            if (entry.DueTicks < 0 || entry.DueTicks > DateTimeOffset.MaxValue.UtcTicks)
                throw new SnapshotException("the snapshot is damaged: a due time in it is none");
            due = new Due((DueClass)entry.DueClass, new DateTimeOffset(entry.DueTicks, TimeSpan.Zero));
        }
        return new Entry(new EntryKey(new NamespaceId(entry.Namespace), entry.Path), entry.Value, 0, due);
    }

    private static CheckedSnapshot Refuse(string reason) => new(null, false, reason);
}
