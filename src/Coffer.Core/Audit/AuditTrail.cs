using System.Buffers;
using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.SystemApi;

namespace Coffer.Core.Audit;

/// <summary>
/// Where the pipeline tells of requests and replies. It records them in the node's log, durably, and hands them to the sinks; it
/// completes when the commit, or the reply, may go ahead.
/// </summary>
/// <remarks>The log's keys lie behind the barrier: while the vault is sealed nothing is recorded, and nothing is served.</remarks>
/// <param name="headers">The request headers that are recorded now; null for none.</param>
public sealed class AuditTrail(Func<AuditedHeaders>? headers = null)
{
    [ThreadStatic]
    private static Scratch? scratch;

    private volatile Opened? opened;

    /// <summary>The log; null while the trail is closed.</summary>
    public AuditLog? Log => opened?.Log;

    /// <summary>The sinks; null while the trail is closed.</summary>
    public AuditSinks? Sinks => opened?.Sinks;

    /// <summary>The node's name in the entries; empty while the trail is closed.</summary>
    public string Node => opened?.Node ?? "";

    /// <summary>The HMAC with which a value stands in the log's entries; null while the trail is closed.</summary>
    public string? Hash(string value) => opened?.Hasher.Hash(value);

    private AuditedHeaders Headers => headers?.Invoke() ?? AuditedHeaders.None;

    /// <summary>From here on everything is recorded. The trail owns what it is given until <see cref="CloseAsync"/>.</summary>
    /// <param name="log">The node's log.</param>
    /// <param name="hasher">The HMAC key of the log's entries.</param>
    /// <param name="sinks">Other places.</param>
    /// <param name="node">The node's name in the entries.</param>
    /// <param name="clock">The time in the entries.</param>
    public void Open(AuditLog log, AuditHasher hasher, AuditSinks sinks, string node, TimeProvider clock) =>
        opened = new(log, hasher, sinks, node, clock);

    /// <summary>Signs and closes the log, gives the sinks a last moment, and zeroes the keys.</summary>
    public async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref opened, null) is not { } closing)
            return;
        await closing.Log.DisposeAsync();
        await closing.Sinks.DisposeAsync();
        closing.Hasher.Dispose();
    }

    /// <summary>Records what was asked, before it is committed.</summary>
    /// <exception cref="AuditUnavailableException">It could not be recorded now: no room, or a required sink does not take it.</exception>
    /// <exception cref="AuditFailedException">The log has failed for good.</exception>
    public ValueTask RequestAsync(Exchange exchange) =>
        opened is { } open ? RecordAsync(open, ExchangeEvents.Request(exchange, Headers, open.Clock.GetUtcNow(), open.Node)) : ValueTask.CompletedTask;

    /// <summary>Records what came of it, with the request unless that was recorded before. To be awaited before the reply is sent.</summary>
    /// <exception cref="AuditUnavailableException">It could not be recorded now: no room, or a required sink does not take it.</exception>
    /// <exception cref="AuditFailedException">The log has failed for good.</exception>
    public ValueTask ResponseAsync(Exchange exchange, Reply reply) =>
        opened is { } open
            ? RecordAsync(open, ExchangeEvents.Response(exchange, reply, Headers, open.Clock.GetUtcNow(), open.Node))
            : ValueTask.CompletedTask;

    /// <summary>Records an event of another kind. Its data are read before this returns.</summary>
    /// <exception cref="AuditUnavailableException">It could not be recorded now, or the trail is closed.</exception>
    /// <exception cref="AuditFailedException">The log has failed for good.</exception>
    public ValueTask RecordAsync(AuditEvent audited) =>
        RecordAsync(opened ?? throw new AuditUnavailableException("The audit trail is closed."), audited);

    private static ValueTask RecordAsync(Opened open, AuditEvent audited)
    {
        var (buffer, writer) = scratch ??= new(new(4096));
        AuditLeaf.Write(audited, open.Hasher, buffer, writer);
        var logged = open.Log.AppendAsync(buffer.WrittenMemory, CancellationToken.None);
        if (buffer.Capacity > 1 << 18)
            scratch = null;
        return open.Sinks.IsEmpty ? logged : BothAsync(logged, open.Sinks.PublishAsync(audited));
    }

    private static async ValueTask BothAsync(ValueTask logged, ValueTask published)
    {
        try
        {
            await logged;
        }
        finally
        {
            await published;
        }
    }

    private sealed record Opened(AuditLog Log, AuditHasher Hasher, AuditSinks Sinks, string Node, TimeProvider Clock);

    private sealed record Scratch(ArrayBufferWriter<byte> Buffer)
    {
        public Utf8JsonWriter Writer { get; } = new(Buffer, AuditJson.Options);

        public void Deconstruct(out ArrayBufferWriter<byte> buffer, out Utf8JsonWriter writer) => (buffer, writer) = (Buffer, Writer);
    }
}
