using System.Collections.Concurrent;
using Coffer.Core.Storage;

namespace Coffer.Core.Barrier;

/// <summary>
/// Ciphertext entries by key, bounded by bytes. When it is full the older half goes. A reader that fetched an entry while it was being
/// changed must not put the old one back: it takes <see cref="Epoch"/> before the fetch, and a removal since then refuses the add.
/// </summary>
public sealed class EntryCache(long capacity)
{
    private const int Overhead = 200;
    private readonly Lock gate = new();
    private ConcurrentDictionary<EntryKey, Entry> young = new();
    private ConcurrentDictionary<EntryKey, Entry> old = new();
    private long youngBytes;
    private long epoch;

    public long Epoch => Volatile.Read(ref epoch);

    public bool TryGet(EntryKey key, out Entry? entry)
    {
        if (young.TryGetValue(key, out entry)) return true;
        if (!old.TryGetValue(key, out entry)) return false;
        Add(entry, Epoch);
        return true;
    }

    public void Add(Entry entry, long takenAt)
    {
        lock (gate)
        {
            if (takenAt != epoch) return;
            if (young.TryAdd(entry.Key, entry)) youngBytes += Size(entry);
            if (youngBytes <= capacity / 2) return;
            old = young;
            young = new ConcurrentDictionary<EntryKey, Entry>();
            youngBytes = 0;
        }
    }

    public void Remove(EntryKey key)
    {
        lock (gate)
        {
            epoch++;
            if (young.TryRemove(key, out var entry)) youngBytes -= Size(entry);
            old.TryRemove(key, out _);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            epoch++;
            young = new ConcurrentDictionary<EntryKey, Entry>();
            old = new ConcurrentDictionary<EntryKey, Entry>();
            youngBytes = 0;
        }
    }

    private static long Size(Entry entry) => entry.Value.Length + (entry.Key.Path.Length * 2) + Overhead;
}
