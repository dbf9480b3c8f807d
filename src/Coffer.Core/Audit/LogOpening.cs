using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>
/// Reads a log back: rebuilds the tree over its newest entries, holds it against every checkpoint known, and finds where
/// acknowledged entries end. Older files are vouched for by the peaks in a file's header, which the checkpoint's root covers.
/// </summary>
internal sealed class LogOpening(AuditLogOptions options, string origin, CommitMac mac, IReadOnlyList<KnownCheckpoint> known, IReadOnlyList<NoteVerifier> keys)
{
    private readonly List<(string Source, Checkpoint Checkpoint)> checkpoints = [];
    private long covered;

    /// <summary>The tree over all acknowledged entries.</summary>
    public CompactRange Tree { get; } = new();

    public TileWriter Tiles { get; private set; } = new(options.Directory);

    /// <summary>The file to go on in; null to begin one.</summary>
    public string? Tail { get; private set; }

    /// <summary>Where in it.</summary>
    public long TailOffset { get; private set; }

    /// <summary>Bytes of an unacknowledged batch that follow and are to be cut.</summary>
    public bool HasTornTail { get; private set; }

    /// <exception cref="AuditTamperedException">The log is not the one that was written.</exception>
    public void Run()
    {
        foreach (var (source, note) in known)
        {
            var checkpoint = Checkpoint.Open(note, keys)
                ?? throw new AuditTamperedException(source, 0, $"The audit log's checkpoint from {source} is not signed by its key.");
            if (checkpoint.Origin == origin)
                checkpoints.Add((source, checkpoint));
        }
        checkpoints.Sort((left, right) => left.Checkpoint.Size.CompareTo(right.Checkpoint.Size));
        covered = checkpoints.Count == 0 ? 0 : checkpoints[^1].Checkpoint.Size;

        var segments = LogLayout.Segments(options.Directory).ToList();
        for (var start = FirstToRead(segments); start < segments.Count; start++)
        {
            if (start > 0 && Tree.Size == 0 && !TryBeginAt(segments[start]))
                start = 0;
            Read(segments[start], start == segments.Count - 1);
        }
        if (covered > Tree.Size)
        {
            var (source, checkpoint) = checkpoints.Find(each => each.Checkpoint.Size > Tree.Size);
            throw new AuditTamperedException(Tail ?? LogLayout.EntriesDirectory, Tree.Size,
                $"The audit log ends after {Tree.Size} entries{(Tail is null ? "" : " in " + Tail)}, but the checkpoint from {source} covers {checkpoint.Size}.");
        }
    }

    private int FirstToRead(List<LogSegment> segments)
    {
        var bytes = 0L;
        var first = segments.Count;
        while (first > 0 && (first == segments.Count || bytes < options.CheckedAtOpenBytes || segments[first].First > covered))
            bytes += new FileInfo(segments[--first].Path).Length;
        return first;
    }

    private bool TryBeginAt(LogSegment segment)
    {
        using var reader = new SegmentReader(segment.Path);
        if (!reader.Read() || LogLayout.ParseHeader(reader.Line) is not { } header || header.Before.Size != segment.First
            || !Tiles.TryResume(header.Before))
        {
            Tiles = new(options.Directory);
            return false;
        }
        Tree.CopyFrom(header.Before);
        return true;
    }

    private void Read(LogSegment segment, bool last)
    {
        using var reader = new SegmentReader(segment.Path);
        var good = Tree.Size;
        if (!reader.Read() || LogLayout.ParseHeader(reader.Line) is not { } header)
        {
            End(segment, reader, last, good, 0, "has no header");
            return;
        }
        if (header.Origin != origin || header.Before.Size != Tree.Size || segment.First != Tree.Size || !header.Before.Peaks.SequenceEqual(Tree.Peaks))
            throw Tampered(segment, Math.Min(Tree.Size, segment.First), "does not follow the entries before it");
        var tree = new CompactRange();
        tree.CopyFrom(Tree);
        var offset = reader.NextOffset;
        string? fault = null;
        CheckRoots(segment, tree);
        Tiles.Begin();
        while (fault is null && reader.Read())
        {
            if (!reader.IsMark)
            {
                if (LogLayout.SequenceOf(reader.Line) != tree.Size)
                    fault = $"has another entry where entry {tree.Size} belongs";
                tree.Append(TreeHash.Leaf(reader.Line), Tiles.Add);
                continue;
            }
            var commit = LogLayout.ParseCommit(reader.Line);
            if (commit is null || commit.Size != tree.Size || commit.Root != tree.Root())
                fault = $"has entries from {good} to {tree.Size - 1} that do not have the root written with them";
            else if (commit.Size > covered && !mac.Verify(commit))
                fault = $"has entries from {good} to {tree.Size - 1} that this server did not write";
            else
            {
                CheckRoots(segment, tree);
                Tree.CopyFrom(tree);
                Tiles.Commit(tree.Size);
                Tiles.WriteFull();
                Tiles.Begin();
                (good, offset) = (tree.Size, reader.NextOffset);
            }
        }
        End(segment, reader, last, good, offset, fault ?? $"breaks off after entry {good - 1}");
    }

    private void End(LogSegment segment, SegmentReader reader, bool last, long good, long offset, string fault)
    {
        var whole = reader.NextOffset == offset && !reader.HasRemains();
        if (!whole && (!last || good < covered || IsDamage(segment.Path, offset, good)))
            throw Tampered(segment, good, fault);
        if (offset == 0 && Tree.Size > 0 && segment.First != 0)
        {
            // The crash came between making the file and flushing its first line. The one before is complete; begin this one anew.
            File.Delete(segment.Path);
            return;
        }
        (Tail, TailOffset, HasTornTail) = (segment.Path, offset, !whole);
    }

    /// <summary>
    /// Whether the remains are more than one torn batch. A batch is begun when the one before is flushed, so there is at most one
    /// that was not acknowledged; if its mark reached the disk, what did not is a hole of zeros before it. Anything else is damage.
    /// Without fsync the disk may tear older batches too, which is what that setting gives up.
    /// </summary>
    private bool IsDamage(string path, long offset, long good)
    {
        if (options.Durability == AuditDurability.Write)
            return false;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = offset;
        var rest = new byte[file.Length - offset];
        file.ReadExactly(rest);
        var (marks, markAt) = (0, 0);
        foreach (var range in rest.AsSpan().SplitAny((byte)'\n', (byte)0))
        {
            if (LogLayout.ParseCommit(rest.AsSpan(range)) is not { } commit || commit.Size <= good)
                continue;
            marks++;
            markAt = range.Start.Value;
        }
        return marks > 1 || (marks == 1 && !rest.AsSpan(0, markAt).Contains((byte)0));
    }

    private void CheckRoots(LogSegment segment, CompactRange tree)
    {
        foreach (var (source, checkpoint) in checkpoints)
        {
            if (checkpoint.Size == tree.Size && checkpoint.Root != tree.Root())
                throw Tampered(segment, 0, $"does not have the first {checkpoint.Size} entries of the checkpoint from {source}");
        }
    }

    private AuditTamperedException Tampered(LogSegment segment, long index, string fault)
    {
        var file = Path.GetRelativePath(options.Directory, segment.Path);
        return new(file, index, $"The audit log's file {file} {fault}: it is not opened.");
    }
}
