namespace Coffer.Core.Storage;

/// <summary>A write in a batch; a null <paramref name="Value"/> deletes.</summary>
public readonly record struct Write(EntryKey Key, ReadOnlyMemory<byte>? Value, Due? Due);

/// <summary>A condition of a batch: the entry is at this version, or absent where <paramref name="Version"/> is <see cref="Absent"/>.</summary>
public readonly record struct Check(EntryKey Key, long Version)
{
    public const long Absent = 0;
}

/// <summary>Writes and checks that commit together or not at all. At most one write and one check a key; the later replaces the earlier.</summary>
public sealed class Batch
{
    private readonly Dictionary<EntryKey, Write> writes = [];
    private readonly Dictionary<EntryKey, Check> checks = [];

    public IReadOnlyCollection<Write> Writes => writes.Values;

    public IReadOnlyCollection<Check> Checks => checks.Values;

    public bool IsEmpty => writes.Count == 0 && checks.Count == 0;

    public Batch Put(EntryKey key, ReadOnlyMemory<byte> value, Due? due = null)
    {
        writes[key] = new Write(key, value, due);
        return this;
    }

    public Batch Delete(EntryKey key)
    {
        writes[key] = new Write(key, null, null);
        return this;
    }

    /// <summary>The batch commits only if <paramref name="key"/> is at <paramref name="version"/> (<see cref="Check.Absent"/>: is absent).</summary>
    public Batch Require(EntryKey key, long version)
    {
        checks[key] = new Check(key, version);
        return this;
    }
}

/// <summary>
/// How a commit ended. Committed: <paramref name="Position"/> is its place in the change log and the new version of all it wrote
/// (the head's position where it wrote nothing). Otherwise nothing was written and <paramref name="Conflict"/> is a key whose check failed.
/// </summary>
public readonly record struct CommitResult(bool Committed, long Position, EntryKey? Conflict = null);
