using System.Buffers;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>
/// Another place that audited events go to, in a form of its own. <see cref="Render"/> is called in the request's path and must
/// only compute; <see cref="WriteAsync"/> is called in the background, by one caller at a time, and may be slow or fail.
/// </summary>
public interface IAuditSink : IAsyncDisposable
{
    /// <summary>Writes an event's bytes, with secrets already hashed.</summary>
    void Render(AuditEvent audited, IBufferWriter<byte> output);

    /// <summary>Writes a signed checkpoint of the log, so that it is also kept outside.</summary>
    void RenderCheckpoint(DateTimeOffset time, Checkpoint checkpoint, string note, IBufferWriter<byte> output);

    /// <summary>Delivers rendered events, all or, by throwing, none that matter: they are then tried again.</summary>
    ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> rendered, CancellationToken cancel);

    /// <summary>The sink's own HMAC of a value, for <c>sys/audit-hash</c>.</summary>
    string Hash(string value);

    /// <summary>Opens its file or connection anew, on SIGHUP.</summary>
    ValueTask ReopenAsync(CancellationToken cancel);
}

/// <summary>How events wait for a sink.</summary>
public sealed record AuditSinkQueue
{
    /// <summary>Events that may wait.</summary>
    public int Capacity { get; init; } = 16_384;

    /// <summary>Bytes that may wait.</summary>
    public long CapacityBytes { get; init; } = 64 << 20;

    /// <summary>Whether a request fails if the sink has not taken its event in time. An optional sink only counts what it lost.</summary>
    public bool Required { get; init; }

    /// <summary>How long a request waits for a required sink.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>How a sink does.</summary>
/// <param name="Written">Events delivered.</param>
/// <param name="Dropped">Events lost because the queue was full.</param>
/// <param name="Waiting">Events in the queue.</param>
/// <param name="LastError">Why the last delivery failed; null once one has succeeded again.</param>
public sealed record AuditSinkState(long Written, long Dropped, int Waiting, string? LastError);
