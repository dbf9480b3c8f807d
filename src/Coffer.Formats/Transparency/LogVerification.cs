namespace Coffer.Formats.Transparency;

/// <summary>What can be wrong with a log.</summary>
public enum LogDamage
{
    /// <summary>A file that belongs to the log is missing or cannot be understood.</summary>
    Unreadable,

    /// <summary>An entry is not the one whose hash was logged.</summary>
    EntryChanged,

    /// <summary>One or more entries are not there.</summary>
    EntryDropped,

    /// <summary>An entry stands there twice.</summary>
    EntryDoubled,

    /// <summary>Entries stand in another order than they were logged.</summary>
    EntryReordered,

    /// <summary>The entries of a batch do not have the root that was written with them.</summary>
    BatchChanged,

    /// <summary>The log ends before a signed checkpoint.</summary>
    Truncated,

    /// <summary>The entries are not those that a signed checkpoint covers: the past was written anew, or the log forked.</summary>
    Rewritten,

    /// <summary>The log's own checkpoint is older than one seen elsewhere.</summary>
    CheckpointReplayed,

    /// <summary>No checkpoint is there, or no known key has signed it.</summary>
    CheckpointInvalid,

    /// <summary>A tile is not the one that the entries give.</summary>
    TileChanged,

    /// <summary>A file goes on after its last entry.</summary>
    StrayBytes,
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Damage">What kind it is.</param>
/// <param name="File">The file, relative to the log's directory; or where the contradicting checkpoint came from.</param>
/// <param name="Index">The first entry concerned; -1 if it concerns none.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record LogFinding(LogDamage Damage, string File, long Index, string Message);

/// <summary>A checkpoint known from elsewhere.</summary>
/// <param name="Source">Where from, for the report: "remembered", "shared storage", a sink's name.</param>
/// <param name="Note">The signed note.</param>
public sealed record KnownCheckpoint(string Source, string Note);

/// <summary>What verifying a log has shown.</summary>
public sealed record LogVerification
{
    /// <summary>The log's name; empty if no segment could be read.</summary>
    public required string Origin { get; init; }

    /// <summary>Entries read.</summary>
    public required long Entries { get; init; }

    /// <summary>The root over them.</summary>
    public required TreeHash Root { get; init; }

    /// <summary>The last checkpoint that a known key has signed and the entries bear out; null if there is none.</summary>
    public required Checkpoint? Checkpoint { get; init; }

    /// <summary>That checkpoint's signed note, worth remembering for the next verification.</summary>
    public required string? SignedCheckpoint { get; init; }

    /// <summary>Entries after the last good checkpoint: written, but not yet signed.</summary>
    public long Unsigned => Entries - (Checkpoint?.Size ?? 0);

    /// <summary>What is wrong, at most 100 findings; empty if the log is whole.</summary>
    public required IReadOnlyList<LogFinding> Findings { get; init; }

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsIntact => Findings.Count == 0;
}
