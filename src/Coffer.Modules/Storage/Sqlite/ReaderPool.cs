using System.Collections.Concurrent;
using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>
/// Reading connections, opened as they are needed and kept. A read runs on the caller's thread and waits only while all are in use.
/// In memory there is one connection for all, so a read waits for the writer's transaction instead.
/// </summary>
internal sealed class ReaderPool : IDisposable
{
    private const int CacheKib = 4096;

    private readonly string? path;
    private readonly SemaphoreSlim slots = new(Math.Clamp(Environment.ProcessorCount * 2, 4, 16));
    private readonly ConcurrentBag<Reader> idle = [];
    private readonly Lock? gate;
    private readonly Reader? shared;
    private volatile bool closed;

    public ReaderPool(string path) => this.path = path;

    public ReaderPool(Connection shared, Lock gate)
    {
        this.shared = new Reader(shared);
        this.gate = gate;
    }

    public async ValueTask<TResult> ReadAsync<TAsk, TResult>(TAsk ask, Func<Reader, TAsk, TResult> read, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (shared is not null)
        {
            lock (gate!)
            {
                return closed ? throw Closed() : read(shared, ask);
            }
        }
        await slots.WaitAsync(cancel);
        try
        {
            if (closed)
                throw Closed();
            var reader = idle.TryTake(out var free) ? free : Open();
            try
            {
                return read(reader, ask);
            }
            finally
            {
                idle.Add(reader);
                if (closed)
                    Drain();
            }
        }
        finally
        {
            slots.Release();
        }
    }

    public Connection OpenConnection()
    {
        if (closed)
            throw Closed();
        var connection = new Connection(path, readOnly: true);
        Schema.Configure(connection, CacheKib);
        return connection;
    }

    public void Dispose()
    {
        closed = true;
        Drain();
    }

    private static StorageUnavailableException Closed() => new("the storage is closed");

    private Reader Open() => new(OpenConnection());

    private void Drain()
    {
        while (idle.TryTake(out var reader))
            reader.Dispose();
    }
}
