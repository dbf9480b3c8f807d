using System.Runtime.CompilerServices;
using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>How the embedded storage keeps its entries.</summary>
public sealed record SqliteOptions
{
    /// <summary>The clock that due times are compared with.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Commits kept in the change log, at least; a reader further behind is told that it lost some.</summary>
    public int KeepCommits { get; init; } = 100_000;
}

/// <summary>
/// The embedded storage: one SQLite file, one process. Each group of commits is flushed (WAL, <c>synchronous=FULL</c>) before any of
/// them returns. Files are made with mode 0600.
/// </summary>
public sealed class SqliteStorage : IStorage
{
    private const int RestoreSliceEntries = 1000;
    private const int RestoreSliceBytes = 4 << 20;

    private readonly FileStream? ownership;
    private readonly SqliteOptions options;
    private readonly ReaderPool readers;
    private readonly Writer writer;
    private readonly Connection connection;
    private readonly Lock? gate;
    private readonly SemaphoreSlim restoring = new(1);
    private readonly Lock waking = new();
    private TaskCompletionSource? changed;
    private long head;
    private volatile StorageFailedException? failure;
    private int disposed;

    private SqliteStorage(FileStream? ownership, Connection connection, string? path, SqliteOptions options)
    {
        this.ownership = ownership;
        this.connection = connection;
        this.options = options;
        gate = path is null ? new Lock() : null;
        readers = path is null ? new ReaderPool(connection, gate!) : new ReaderPool(path);
        writer = new Writer(connection, options.KeepCommits, gate, Committed, error => failure ??= error);
        head = writer.Head;
    }

    public string Type => "sqlite";

    public bool IsShared => false;

    /// <summary>
    /// Opens or makes the database at <paramref name="path"/>, in memory where it is null (it is gone when closed).
    /// </summary>
    /// <exception cref="StorageUnavailableException">Another process has it open, or the file can't be opened.</exception>
    /// <exception cref="StorageFailedException">The file is damaged, not Coffer's, or of a later Coffer.</exception>
    public static async ValueTask<SqliteStorage> OpenAsync(string? path, SqliteOptions? options = null)
    {
        var full = path is null ? null : Path.GetFullPath(path);
        var ownership = full is null ? null : DatabaseFile.Own(full);
        Connection? connection = null;
        try
        {
            connection = new Connection(full, readOnly: false);
            Schema.Prepare(connection, memory: full is null);
            return new SqliteStorage(ownership, connection, full, options ?? new SqliteOptions());
        }
        catch
        {
            connection?.Dispose();
            if (ownership is not null)
                await ownership.DisposeAsync();
            throw;
        }
    }

    public ValueTask<Entry?> GetAsync(EntryKey key, CancellationToken cancel = default) =>
        ReadAsync(key, static (reader, key) => reader.Get(key), cancel);

    public ValueTask<IReadOnlyList<Entry?>> GetManyAsync(IReadOnlyList<EntryKey> keys, CancellationToken cancel = default) =>
        ReadAsync(keys, static (reader, keys) => reader.GetMany(keys), cancel);

    public ValueTask<IReadOnlyList<Entry>> ScanAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel = default) =>
        ReadAsync((space, prefix, after, limit), static (reader, ask) => reader.Scan(ask.space, ask.prefix, ask.after, ask.limit), cancel);

    public ValueTask<IReadOnlyList<string>> ListAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel = default) =>
        ReadAsync((space, prefix, after, limit), static (reader, ask) => reader.List(ask.space, ask.prefix, ask.after, ask.limit), cancel);

    public async ValueTask<CommitResult> CommitAsync(Batch batch, CancellationToken cancel = default) =>
        await Enqueue(new CommitWork(batch, cancel));

    public async ValueTask<IReadOnlyList<Entry>> ClaimAsync(
        DueClass due, int limit, TimeSpan visibility, CancellationToken cancel = default) =>
        await Enqueue(new ClaimWork(due, limit, visibility, options.Time, cancel));

    public ValueTask<DateTimeOffset?> NextDueAsync(DueClass due, CancellationToken cancel = default) =>
        ReadAsync(due, static (reader, due) => reader.NextDue(due), cancel);

    public ValueTask<DateTimeOffset> ClockAsync(CancellationToken cancel = default) => ValueTask.FromResult(options.Time.GetUtcNow());

    public ValueTask<long> CountAsync(NamespaceId space, string prefix, CancellationToken cancel = default) =>
        ReadAsync((space, prefix), static (reader, ask) => reader.Count(ask.space, ask.prefix), cancel);

    public ValueTask<ChangePage> ChangesAsync(long after, int limit, CancellationToken cancel = default) =>
        ReadAsync((after, limit), static (reader, ask) => reader.Changes(ask.after, ask.limit), cancel);

    public Task WaitForChangeAsync(long after, CancellationToken cancel = default)
    {
        lock (waking)
        {
            ThrowIfFailed();
            if (head > after)
                return Task.CompletedTask;
            changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return changed.Task.WaitAsync(cancel);
        }
    }

    /// <summary>One process owns the file, so there is no other node to tell.</summary>
    public ValueTask<long> BeatAsync(string node, long applied, TimeSpan lease, CancellationToken cancel = default)
    {
        ThrowIfFailed();
        return ValueTask.FromResult(Volatile.Read(ref head));
    }

    public ValueTask LeaveAsync(string node, CancellationToken cancel = default) => ValueTask.CompletedTask;

    public ValueTask WaitUntilAppliedAsync(string self, long position, CancellationToken cancel = default) => ValueTask.CompletedTask;

    public async IAsyncEnumerable<Entry> SnapshotAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        using var snapshot = OpenSnapshot();
        while (snapshot.Next() is { } entry)
        {
            cancel.ThrowIfCancellationRequested();
            yield return entry;
        }
        await Task.CompletedTask;
    }

    public async ValueTask<long> RestoreAsync(IAsyncEnumerable<Entry> entries, CancellationToken cancel = default)
    {
        await restoring.WaitAsync(cancel);
        try
        {
            await StageAsync(entries, cancel);
            return await Enqueue(new SwapWork(cancel));
        }
        catch when (failure is null && disposed == 0)
        {
            await AbandonAsync();
            throw;
        }
        finally
        {
            restoring.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return ValueTask.CompletedTask;
        readers.Dispose();
        writer.Dispose();
        Wake();
        ownership?.Dispose();
        return ValueTask.CompletedTask;
    }

    private ValueTask<TResult> ReadAsync<TAsk, TResult>(TAsk ask, Func<Reader, TAsk, TResult> read, CancellationToken cancel)
    {
        ThrowIfFailed();
        return readers.ReadAsync(ask, read, cancel);
    }

    private Task<T> Enqueue<T>(Work<T> work)
    {
        ThrowIfFailed();
        return writer.Enqueue(work);
    }

    private async Task StageAsync(IAsyncEnumerable<Entry> entries, CancellationToken cancel)
    {
        var slice = new List<Entry>();
        var (bytes, first) = (0, true);
        await foreach (var entry in entries.WithCancellation(cancel))
        {
            slice.Add(entry);
            bytes += entry.Value.Length;
            if (slice.Count < RestoreSliceEntries && bytes < RestoreSliceBytes)
                continue;
            await Enqueue(new StageWork(slice, first, cancel));
            (slice, bytes, first) = ([], 0, false);
        }
        await Enqueue(new StageWork(slice, first, cancel));
    }

    private async Task AbandonAsync()
    {
        try
        {
            await Enqueue(new AbandonWork());
        }
        catch (StorageUnavailableException)
        {
            // Left for the next restore or start: nobody reads it.
        }
    }

    private Snapshot OpenSnapshot()
    {
        ThrowIfFailed();
        if (gate is null)
            return new Snapshot(readers.OpenConnection());
        var copy = new Connection(null, readOnly: false);
        lock (gate)
        {
            connection.CopyTo(copy);
        }
        return new Snapshot(copy);
    }

    private void Committed(long position)
    {
        if (Volatile.Read(ref head) == position)
            return;
        lock (waking)
        {
            head = position;
        }
        Wake();
    }

    private void Wake()
    {
        TaskCompletionSource? waiting;
        lock (waking)
        {
            (waiting, changed) = (changed, null);
        }
        waiting?.SetResult();
    }

    private void ThrowIfFailed()
    {
        if (failure is { } error)
            throw new StorageFailedException(error.Message, error);
    }
}
