using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>
/// The one thread that writes. It takes whatever waits in the queue, applies it in one transaction, flushes once and then answers:
/// the next group forms while the flush runs, so there is no timer.
/// </summary>
internal sealed class Writer : IDisposable
{
    private const int GroupLimit = 1024;
    private const int CheckpointPages = 4000;

    private readonly Connection connection;
    private readonly WriteSession session;
    private readonly Lock? gate;
    private readonly Action<long> committed;
    private readonly Action<StorageFailedException> failed;
    private readonly Thread thread;
    private readonly object monitor = new();
    private List<Work> queue = [];
    private bool closing, broken;
    private long pagesAtCheckpoint;

    /// <param name="connection">Owned from here on.</param>
    /// <param name="keep">Commits kept in the change log.</param>
    /// <param name="gate">Held during a transaction where readers share the connection (in memory).</param>
    /// <param name="committed">Told the head after each flush, before the answers.</param>
    /// <param name="failed">Told once the store must not be used again.</param>
    public Writer(Connection connection, int keep, Lock? gate, Action<long> committed, Action<StorageFailedException> failed)
    {
        this.connection = connection;
        this.gate = gate;
        this.committed = committed;
        this.failed = failed;
        session = new WriteSession(connection, keep);
        Head = session.Position;
        thread = new Thread(Loop) { IsBackground = true, Name = "sqlite writer" };
        thread.Start();
    }

    /// <summary>The head when the database was opened.</summary>
    public long Head { get; }

    public Task<T> Enqueue<T>(Work<T> work)
    {
        lock (monitor)
        {
            if (closing)
                throw new StorageUnavailableException("the storage is closed");
            queue.Add(work);
            if (queue.Count == 1)
                Monitor.Pulse(monitor);
        }
        return work.Done;
    }

    /// <summary>Finishes what was queued and closes the connection.</summary>
    public void Dispose()
    {
        lock (monitor)
        {
            closing = true;
            Monitor.Pulse(monitor);
        }
        thread.Join();
        if (broken)
            connection.CloseWithoutCheckpoint();
        connection.Dispose();
    }

    private void Loop()
    {
        var group = new List<Work>();
        while (true)
        {
            lock (monitor)
            {
                while (queue.Count == 0 && !closing)
                    Monitor.Wait(monitor);
                if (queue.Count == 0)
                    return;
                (group, queue) = (queue, group);
            }
            for (var at = 0; at < group.Count; at += GroupLimit)
                Run(group.GetRange(at, Math.Min(GroupLimit, group.Count - at)));
            group.Clear();
        }
    }

    private void Run(List<Work> group)
    {
        for (var i = group.Count - 1; i >= 0; i--)
        {
            if (!group[i].IsCancelled)
                continue;
            group[i].Drop();
            group.RemoveAt(i);
        }
        if (group.Count == 0)
            return;
        gate?.Enter();
        try
        {
            if (broken)
                throw new StorageFailedException("the storage has failed; it serves again after a restart");
            Commit(group);
        }
        catch (Exception error)
        {
            foreach (var work in group)
                work.Fail(error);
            return;
        }
        finally
        {
            gate?.Exit();
        }
        committed(session.Position);
        foreach (var work in group)
            work.Succeed();
        Checkpoint(everyPages: CheckpointPages);
    }

    private void Commit(List<Work> group)
    {
        try
        {
            session.Begin();
            foreach (var work in group)
                work.Apply(session);
            session.Commit();
        }
        catch (StorageFailedException error)
        {
            Break(error);
            throw;
        }
        catch (Exception)
        {
            session.Rollback();
            // A full disk may hold room inside the database file for what the log has.
            Checkpoint(everyPages: 0);
            throw;
        }
    }

    private void Checkpoint(long everyPages)
    {
        if (gate is not null || connection.PagesWritten() - pagesAtCheckpoint < everyPages)
            return;
        pagesAtCheckpoint = connection.PagesWritten();
        try
        {
            connection.Checkpoint();
        }
        catch (StorageFailedException error)
        {
            Break(error);
        }
        catch (StorageUnavailableException)
        {
            // What is committed stays in the log; the next checkpoint tries again.
        }
    }

    private void Break(StorageFailedException error)
    {
        broken = true;
        failed(error);
    }
}
