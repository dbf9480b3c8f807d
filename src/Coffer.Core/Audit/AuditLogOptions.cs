using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>When an event counts as recorded.</summary>
public enum AuditDurability
{
    /// <summary>When it is on the disk: a reply survives a power cut only with its record.</summary>
    Fsync,

    /// <summary>
    /// When the operating system has it: a crash of the server loses nothing, one of the machine loses what it had not yet
    /// flushed, up to a second.
    /// </summary>
    Write,
}

/// <summary>Where and how a node keeps its audit log.</summary>
public sealed record AuditLogOptions
{
    /// <summary>Its directory; made with mode 0700 if missing.</summary>
    public required string Directory { get; init; }

    public AuditDurability Durability { get; init; } = AuditDurability.Fsync;

    /// <summary>Bytes after which a new file of entries is begun.</summary>
    public long SegmentBytes { get; init; } = 32 << 20;

    /// <summary>Bytes that are allocated and flushed ahead of the entries, so that flushing entries touches no metadata.</summary>
    public int PreallocateBytes { get; init; } = 4 << 20;

    /// <summary>How many bytes of the newest entries are read and compared when the log is opened; its last file at least.</summary>
    public long CheckedAtOpenBytes { get; init; } = 32 << 20;

    /// <summary>How often a checkpoint is signed while events come.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that may wait to be written before further events are refused.</summary>
    public int MaxPendingBytes { get; init; } = 64 << 20;

    /// <summary>Public keys, beside the signer's own, whose checkpoints are accepted at opening: those before a rotation.</summary>
    public IReadOnlyList<NoteVerifier> FormerKeys { get; init; } = [];

    /// <summary>Told of each signed checkpoint, to hand it to sinks. It must be quick.</summary>
    public Action<Checkpoint, string> Signed { get; init; } = static (_, _) => { };

    /// <summary>Called before more space is allocated; tests make it fail as a full disk does.</summary>
    internal Action BeforeAllocating { get; init; } = static () => { };

    /// <summary>Flushes a file's data; tests make it fail.</summary>
    internal Action<PosixFile> Flush { get; init; } = static file => file.FlushData();
}

/// <summary>Keeps signed checkpoints where the writer of the log's directory can't change them: shared storage, a sink.</summary>
public interface ICheckpointStore
{
    /// <summary>The last checkpoint kept for a log; null if none.</summary>
    ValueTask<string?> LastAsync(string origin, CancellationToken cancel);

    /// <summary>Keeps a newer checkpoint. Called about once a second at most; a failure is retried with the next checkpoint.</summary>
    ValueTask KeepAsync(string origin, string signedCheckpoint, CancellationToken cancel);
}
