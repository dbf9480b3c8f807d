using System.Buffers;

namespace Coffer.Core.Audit;

/// <summary>One sink with its bounded queue and the loop that empties it.</summary>
internal sealed class SinkQueue : IAsyncDisposable
{
    private const int BatchEvents = 512;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim work = new(0);
    private readonly CancellationTokenSource stop = new();
    private readonly TimeProvider time;
    private readonly AuditSinkQueue limits;
    private readonly Task loop;
    private readonly Queue<Waiting> queue = new();
    private long bytes;
    private long written;
    private long dropped;
    private volatile bool closing;
    private volatile string? lastError;

    public SinkQueue(IAuditSink sink, AuditSinkQueue limits, TimeProvider time)
    {
        (Sink, this.limits, this.time) = (sink, limits, time);
        loop = Task.Run(DrainAsync);
    }

    public IAuditSink Sink { get; }

    public AuditSinkState State()
    {
        lock (gate)
            return new(Interlocked.Read(ref written), Interlocked.Read(ref dropped), queue.Count, lastError);
    }

    public ReadOnlyMemory<byte> Render(AuditEvent audited)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        Sink.Render(audited, buffer);
        return buffer.WrittenMemory;
    }

    /// <summary>Hands an event over; for a required sink, waits until it is delivered.</summary>
    /// <exception cref="AuditUnavailableException">A required sink has not taken it.</exception>
    public ValueTask OfferAsync(ReadOnlyMemory<byte> rendered)
    {
        var done = limits.Required ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        lock (gate)
        {
            if (closing || queue.Count >= limits.Capacity || bytes + rendered.Length > limits.CapacityBytes)
            {
                Interlocked.Increment(ref dropped);
                return limits.Required
                    ? ValueTask.FromException(new AuditUnavailableException("A required audit sink's queue is full."))
                    : ValueTask.CompletedTask;
            }
            queue.Enqueue(new(rendered, done));
            bytes += rendered.Length;
        }
        work.Release();
        return done is null ? ValueTask.CompletedTask : new(WithinDeadlineAsync(done.Task));
    }

    /// <summary>Gives what waits a last moment, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        closing = true;
        work.Release();
        try
        {
            await loop.WaitAsync(TimeSpan.FromSeconds(2));
        }
        catch (TimeoutException)
        {
        }
        await stop.CancelAsync();
        await loop;
        await Sink.DisposeAsync();
        stop.Dispose();
        work.Dispose();
    }

    private async Task WithinDeadlineAsync(Task delivered)
    {
        try
        {
            await delivered.WaitAsync(limits.Deadline, time);
        }
        catch (TimeoutException e)
        {
            throw new AuditUnavailableException($"A required audit sink did not take the event within {limits.Deadline.TotalSeconds} s.", e);
        }
    }

    private async Task DrainAsync()
    {
        var batch = new List<Waiting>();
        try
        {
            while (true)
            {
                Take(batch);
                if (batch.Count > 0)
                    await DeliverAsync(batch);
                else if (closing)
                    return;
                else
                    await work.WaitAsync(stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Interlocked.Add(ref dropped, batch.Count);
        }
        finally
        {
            foreach (var lost in batch)
                lost.Done?.TrySetException(new AuditUnavailableException("The audit sink was closed."));
            lock (gate)
            {
                while (queue.TryDequeue(out var lost))
                    lost.Done?.TrySetException(new AuditUnavailableException("The audit sink was closed."));
            }
        }
    }

    private void Take(List<Waiting> batch)
    {
        batch.Clear();
        lock (gate)
        {
            while (batch.Count < BatchEvents && queue.TryDequeue(out var next))
            {
                batch.Add(next);
                bytes -= next.Rendered.Length;
            }
        }
    }

    private async Task DeliverAsync(List<Waiting> batch)
    {
        var rendered = batch.ConvertAll(each => each.Rendered);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await Sink.WriteAsync(rendered, stop.Token);
                break;
            }
            catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                lastError = e.Message;
                if (closing)
                    throw new OperationCanceledException("closing", e);
                await Task.Delay(pause, time, stop.Token);
            }
        }
        lastError = null;
        Interlocked.Add(ref written, batch.Count);
        foreach (var each in batch)
            each.Done?.TrySetResult();
        batch.Clear();
    }

    private readonly record struct Waiting(ReadOnlyMemory<byte> Rendered, TaskCompletionSource? Done);
}
