namespace Coffer.Formats.Transparency;

/// <summary>
/// Reads a log directory, a live one or a copy, and compares each entry with each hash and each signed checkpoint there is.
/// Needs the public keys only. It does not stop at the first fault: an auditor wants to know how much is left.
/// </summary>
public sealed class LogVerifier
{
    private const int MaxFindings = 100;

    private readonly string directory;
    private readonly List<NoteVerifier> keys;
    private readonly List<LogFinding> findings = [];
    private readonly List<(string Source, string Note, Checkpoint Checkpoint)> checkpoints = [];
    private readonly CompactRange tree = new();
    private readonly List<TreeHash> tile = [];
    private TileFiles tiles = new("", 0);
    private string origin = "";
    private string? expectedOrigin;
    private string file = "";
    private long sequence;
    private long committed;
    private int nextCheckpoint;
    private bool treeBroken;
    private (Checkpoint Checkpoint, string Note)? good;

    private LogVerifier(string directory, IEnumerable<NoteVerifier> keys)
    {
        this.directory = directory;
        this.keys = [.. keys];
    }

    /// <summary>Verifies the log in <paramref name="directory"/> against its own and the known checkpoints.</summary>
    /// <param name="directory">The log's directory.</param>
    /// <param name="keys">The public keys that may have signed its checkpoints.</param>
    /// <param name="known">Checkpoints seen before or kept elsewhere. One of another origin is ignored.</param>
    /// <param name="cancel">Stops between segments.</param>
    public static LogVerification Verify(
        string directory, IEnumerable<NoteVerifier> keys, IEnumerable<KnownCheckpoint>? known = null, CancellationToken cancel = default) =>
        new LogVerifier(directory, keys).Run(known ?? [], cancel);

    private LogVerification Run(IEnumerable<KnownCheckpoint> known, CancellationToken cancel)
    {
        var own = LoadCheckpoints(known);
        tiles = new(directory, own?.Size ?? 0);
        var segments = LogLayout.Segments(directory);
        if (segments.Count == 0)
            Report(LogDamage.Unreadable, LogLayout.EntriesDirectory, -1, "The log has no files of entries.");
        CheckRoots();
        for (var i = 0; i < segments.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            ReadSegment(segments[i], i == segments.Count - 1);
        }
        foreach (var (source, _, checkpoint) in checkpoints.Skip(nextCheckpoint))
        {
            Report(LogDamage.Truncated, source, tree.Size,
                $"The log ends after {tree.Size} entries, but the checkpoint from {source} covers {checkpoint.Size}.");
        }
        return new()
        {
            Origin = origin,
            Entries = tree.Size,
            Root = tree.Root(),
            Checkpoint = good?.Checkpoint,
            SignedCheckpoint = good?.Note,
            Findings = findings,
        };
    }

    private Checkpoint? LoadCheckpoints(IEnumerable<KnownCheckpoint> known)
    {
        var path = Path.Combine(directory, LogLayout.CheckpointFile);
        var note = File.Exists(path) ? File.ReadAllText(path) : null;
        var own = note is null ? null : Checkpoint.Open(note, keys);
        if (own is null)
        {
            Report(LogDamage.CheckpointInvalid, LogLayout.CheckpointFile, -1,
                note is null ? "The log has no checkpoint." : "The log's checkpoint is not signed by a known key.");
        }
        else
            checkpoints.Add((LogLayout.CheckpointFile, note!, own));
        expectedOrigin = own?.Origin;
        foreach (var (source, text) in known)
        {
            var checkpoint = Checkpoint.Open(text, keys);
            if (checkpoint is null)
                Report(LogDamage.CheckpointInvalid, source, -1, $"The checkpoint from {source} is not signed by a known key.");
            else if (expectedOrigin is null || checkpoint.Origin == expectedOrigin)
            {
                checkpoints.Add((source, text, checkpoint));
                if (own is not null && checkpoint.Size > own.Size)
                {
                    Report(LogDamage.CheckpointReplayed, LogLayout.CheckpointFile, own.Size,
                        $"The log's checkpoint covers {own.Size} entries, the one from {source} {checkpoint.Size}: it is an old one.");
                }
            }
        }
        checkpoints.Sort((left, right) => left.Checkpoint.Size.CompareTo(right.Checkpoint.Size));
        return own;
    }

    private void ReadSegment(LogSegment segment, bool last)
    {
        file = Path.GetRelativePath(directory, segment.Path);
        using var reader = new SegmentReader(segment.Path);
        if (!reader.Read() || LogLayout.ParseHeader(reader.Line) is not { } header)
        {
            Report(LogDamage.Unreadable, file, tree.Size, $"The file {file} has no header.");
            return;
        }
        CheckHeader(segment, header.Origin, header.Before);
        while (reader.Read())
        {
            if (reader.IsMark)
                CheckCommit(LogLayout.ParseCommit(reader.Line));
            else
                CheckEntry(reader.Line);
        }
        if (committed != tree.Size && !last)
            Report(LogDamage.BatchChanged, file, committed, $"The entries from {committed} on lack the mark that ends their batch.");
        if (reader.HasRemains())
            Report(LogDamage.StrayBytes, file, tree.Size, $"The file {file} goes on after entry {tree.Size - 1} without being an entry.");
    }

    private void CheckHeader(LogSegment segment, string name, CompactRange before)
    {
        if (origin.Length == 0)
            origin = name;
        if (name != origin || (expectedOrigin is not null && name != expectedOrigin))
            Report(LogDamage.Unreadable, file, segment.First, $"The file {file} belongs to the log {name}, not {expectedOrigin ?? origin}.");
        if (before.Size == tree.Size && segment.First == tree.Size && before.Peaks.SequenceEqual(tree.Peaks))
            return;
        if (treeBroken && before.Size == segment.First && before.Size == sequence)
            return; // a consequence of what has been reported
        if (segment.First > tree.Size)
        {
            Report(LogDamage.EntryDropped, file, tree.Size, $"Entries {tree.Size} to {segment.First - 1} are missing before {file}.");
            sequence = segment.First;
        }
        else
            Report(LogDamage.BatchChanged, file, segment.First, $"The file {file} does not follow the entries before it.");
        treeBroken = true;
    }

    private void CheckEntry(ReadOnlySpan<byte> entry)
    {
        var index = tree.Size;
        var number = LogLayout.SequenceOf(entry);
        var hash = TreeHash.Leaf(entry);
        if (number != sequence)
            CheckSequence(number);
        else if (!treeBroken && tiles.Stored(0, index) is { } stored && stored != hash)
            Report(LogDamage.EntryChanged, file, index, $"Entry {index} in {file} is not the one whose hash was logged.");
        sequence++;
        tree.Append(hash);
        CheckTile(hash);
        CheckRoots();
    }

    private void CheckSequence(long number)
    {
        var index = sequence;
        if (number < 0)
            Report(LogDamage.EntryChanged, file, index, $"Entry {index} in {file} does not carry its number.");
        else if (number == index - 1)
            Report(LogDamage.EntryDoubled, file, number, $"Entry {number} in {file} stands there twice.");
        else if (number < index)
            Report(LogDamage.EntryReordered, file, number, $"Entry {number} in {file} stands after entry {index - 1}.");
        else
            Report(LogDamage.EntryDropped, file, index, $"Entry {number} in {file} stands where entry {index} belongs.");
        if (number >= 0)
            sequence = number;
        treeBroken |= number >= 0;
    }

    private void CheckTile(TreeHash hash)
    {
        tile.Add(hash);
        if (tile.Count < Tile.FullWidth)
            return;
        var path = new Tile(0, (tree.Size / Tile.FullWidth) - 1, Tile.FullWidth).Path();
        var full = Path.Combine(directory, path);
        if (!treeBroken && File.Exists(full) && findings.Count == 0)
        {
            var bytes = tile.SelectMany(leaf => leaf.ToArray()).ToArray();
            if (!bytes.AsSpan().SequenceEqual(File.ReadAllBytes(full)))
                Report(LogDamage.TileChanged, path, tree.Size - Tile.FullWidth, $"The tile {path} is not the one that its entries give.");
        }
        tile.Clear();
    }

    private void CheckCommit(LogCommit? commit)
    {
        if (commit is not null && commit.Size > sequence)
        {
            Report(LogDamage.EntryDropped, file, sequence, $"Entries {sequence} to {commit.Size - 1} are missing from {file}.");
            sequence = commit.Size;
            treeBroken = true;
        }
        if ((commit is null || commit.Size != tree.Size || commit.Root != tree.Root()) && !treeBroken)
        {
            Report(LogDamage.BatchChanged, file, committed,
                $"The batch of entries {committed} to {tree.Size - 1} in {file} does not have the root written with it.");
            treeBroken = true;
        }
        committed = tree.Size;
    }

    private void CheckRoots()
    {
        for (; nextCheckpoint < checkpoints.Count && checkpoints[nextCheckpoint].Checkpoint.Size == tree.Size; nextCheckpoint++)
        {
            var (source, note, checkpoint) = checkpoints[nextCheckpoint];
            if (checkpoint.Root == tree.Root())
                good = (checkpoint, note);
            else
            {
                Report(LogDamage.Rewritten, source, good?.Checkpoint.Size ?? 0,
                    $"The first {checkpoint.Size} entries are not those of the checkpoint from {source}: one from {good?.Checkpoint.Size ?? 0} on differs.");
            }
        }
    }

    private void Report(LogDamage damage, string where, long index, string message)
    {
        if (findings.Count < MaxFindings)
            findings.Add(new(damage, where, index, message));
    }
}
