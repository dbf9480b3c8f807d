using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Coffer.Core;

/// <summary>
/// A bounded cache of what was read from the store. When it is full, the half that was not used lately goes. A reader that fetched a value
/// while it was being changed must not put the old one back: it takes <see cref="Epoch"/> before the fetch, and a removal since then
/// refuses the add.
/// </summary>
/// <param name="capacity">The most that all values may weigh together.</param>
internal sealed class EpochCache<TKey, TValue>(long capacity, Func<TKey, TValue, long> weigh)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock gate = new();
    private ConcurrentDictionary<TKey, TValue> young = new();
    private ConcurrentDictionary<TKey, TValue> old = new();
    private long weight;
    private long epoch;

    public long Epoch => Volatile.Read(ref epoch);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (young.TryGetValue(key, out value)) return true;
        var seen = Epoch;
        if (!old.TryGetValue(key, out value)) return false;
        Add(key, value, seen);
        return true;
    }

    public void Add(TKey key, TValue value, long takenAt)
    {
        lock (gate)
        {
            if (takenAt != epoch) return;
            if (young.TryAdd(key, value)) weight += weigh(key, value);
            if (weight <= capacity / 2) return;
            old = young;
            young = new();
            weight = 0;
        }
    }

    public void Remove(TKey key)
    {
        lock (gate)
        {
            epoch++;
            if (young.TryRemove(key, out var value)) weight -= weigh(key, value);
            old.TryRemove(key, out _);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            epoch++;
            young = new();
            old = new();
            weight = 0;
        }
    }
}
