using Coffer.Bench.Load;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Bench.Ceilings;

/// <summary>
/// The cheapest durable log there is: records gather in one buffer while the other is written into a preallocated file and flushed with
/// fdatasync; all records of a flush complete together.
/// </summary>
internal sealed class GroupLog : IDisposable
{
    private const long Preallocated = 64 << 20;
    private const int Room = 1 << 20;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim wake = new(0);
    private readonly SafeFileHandle file;
    private readonly Thread writer;
    private byte[] gathering = new byte[Room];
    private byte[] writing = new byte[Room];
    private int filled;
    private TaskCompletionSource batch = New();
    private long position;
    private volatile bool closed;

    public GroupLog(string path)
    {
        file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.None, Preallocated);
        var zeros = new byte[Room];
        for (long at = 0; at < Preallocated; at += zeros.Length)
            RandomAccess.Write(file, zeros, at);
        Sync();
        writer = new Thread(WriteBatches) { IsBackground = true, Name = "group log" };
        writer.Start();
    }

    /// <summary>Completes when the record is on the disk.</summary>
    public Task AppendAsync(byte[] record)
    {
        lock (gate)
        {
            if (filled == 0)
                wake.Release();
            record.CopyTo(gathering, filled);
            filled += record.Length;
            return batch.Task;
        }
    }

    public void Dispose()
    {
        closed = true;
        wake.Release();
        writer.Join();
        file.Dispose();
        wake.Dispose();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void WriteBatches()
    {
        while (true)
        {
            wake.Wait();
            if (closed)
                return;
            int length;
            TaskCompletionSource done;
            lock (gate)
            {
                (gathering, writing) = (writing, gathering);
                (length, filled) = (filled, 0);
                (done, batch) = (batch, New());
            }
            if (position + length > Preallocated)
                position = 0;
            RandomAccess.Write(file, writing.AsSpan(0, length), position);
            position += length;
            Sync();
            done.SetResult();
        }
    }

    private void Sync()
    {
        if (Native.SyncData((int)file.DangerousGetHandle()) != 0)
            throw new IOException("fdatasync failed");
    }
}
