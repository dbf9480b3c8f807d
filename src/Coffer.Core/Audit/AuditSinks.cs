using System.Buffers;
using System.Collections.Frozen;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>The sinks that are enabled, by path. Each has its own queue: a slow or dead one stalls neither requests nor others.</summary>
public sealed class AuditSinks(TimeProvider time) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private FrozenDictionary<string, SinkQueue> sinks = FrozenDictionary<string, SinkQueue>.Empty;

    /// <summary>Whether there are none, so that nothing need be rendered.</summary>
    public bool IsEmpty => sinks.Count == 0;

    /// <summary>Adds a sink. False if the path is taken.</summary>
    public bool TryAdd(string path, IAuditSink sink, AuditSinkQueue queue)
    {
        lock (gate)
        {
            if (sinks.ContainsKey(path))
                return false;
            sinks = new Dictionary<string, SinkQueue>(sinks, StringComparer.Ordinal) { [path] = new(sink, queue, time) }
                .ToFrozenDictionary(StringComparer.Ordinal);
            return true;
        }
    }

    /// <summary>Removes a sink, after giving it a moment to write what waits. False if there is none.</summary>
    public async ValueTask<bool> RemoveAsync(string path)
    {
        SinkQueue? removed;
        lock (gate)
        {
            var left = new Dictionary<string, SinkQueue>(sinks, StringComparer.Ordinal);
            if (!left.Remove(path, out removed))
                return false;
            sinks = left.ToFrozenDictionary(StringComparer.Ordinal);
        }
        await removed.DisposeAsync();
        return true;
    }

    /// <summary>The sink's own HMAC of a value; null if there is no such sink.</summary>
    public string? Hash(string path, string value) => sinks.TryGetValue(path, out var found) ? found.Sink.Hash(value) : null;

    /// <summary>How each sink does.</summary>
    public IReadOnlyDictionary<string, AuditSinkState> States() => sinks.ToDictionary(each => each.Key, each => each.Value.State());

    /// <summary>Hands an event to all sinks and waits for the required ones. The event is read before this returns.</summary>
    /// <exception cref="AuditUnavailableException">A required sink has not taken it in time.</exception>
    public ValueTask PublishAsync(AuditEvent audited)
    {
        List<Task>? required = null;
        foreach (var sink in sinks.Values)
            Collect(sink.OfferAsync(sink.Render(audited)), ref required);
        return required is null ? ValueTask.CompletedTask : new(Task.WhenAll(required));
    }

    /// <summary>Hands a signed checkpoint to all sinks. It waits for none.</summary>
    public void Publish(Checkpoint checkpoint, string note)
    {
        foreach (var sink in sinks.Values)
        {
            var buffer = new ArrayBufferWriter<byte>(512);
            sink.Sink.RenderCheckpoint(time.GetUtcNow(), checkpoint, note, buffer);
            _ = sink.OfferAsync(buffer.WrittenMemory).AsTask().ContinueWith(
                static lost => _ = lost.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    /// <summary>Opens files and connections anew.</summary>
    public async ValueTask ReopenAsync(CancellationToken cancel)
    {
        foreach (var sink in sinks.Values)
            await sink.Sink.ReopenAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var path in sinks.Keys)
            await RemoveAsync(path);
    }

    private static void Collect(ValueTask offered, ref List<Task>? required)
    {
        if (!offered.IsCompletedSuccessfully)
            (required ??= []).Add(offered.AsTask());
    }
}
