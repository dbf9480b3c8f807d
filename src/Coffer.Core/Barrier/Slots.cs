namespace Coffer.Core;

/// <summary>
/// Keeps a few objects that one thread at a time may use (an AesGcm changes its context with each call). Without locks: a caller
/// takes one out of a slot and puts it back; when all are out it makes another.
/// </summary>
internal sealed class Slots<T>(Func<T> make) : IDisposable
    where T : class, IDisposable
{
    private readonly T?[] slots = new T?[Math.Max(4, Environment.ProcessorCount * 2)];

    public T Take()
    {
        var start = Environment.CurrentManagedThreadId;
        for (var i = 0; i < slots.Length; i++)
        {
            ref var slot = ref slots[(start + i) % slots.Length];
            if (Volatile.Read(ref slot) is not null && Interlocked.Exchange(ref slot, null) is { } taken)
                return taken;
        }

        return make();
    }

    public void Return(T item)
    {
        var start = Environment.CurrentManagedThreadId;
        for (var i = 0; i < slots.Length; i++)
        {
            if (Interlocked.CompareExchange(ref slots[(start + i) % slots.Length], item, null) is null)
                return;
        }

        item.Dispose();
    }

    /// <summary>Only when nobody uses any of them.</summary>
    public void Dispose()
    {
        for (var i = 0; i < slots.Length; i++)
            Interlocked.Exchange(ref slots[i], null)?.Dispose();
    }
}
