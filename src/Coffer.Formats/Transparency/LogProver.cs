namespace Coffer.Formats.Transparency;

/// <summary>Reads single entries out of a log directory, and proves that they are in it.</summary>
public static class LogProver
{
    /// <summary>A proof of entry <paramref name="index"/> against the log's last checkpoint.</summary>
    /// <exception cref="InvalidDataException">
    /// There is no such entry under the last checkpoint, no key of <paramref name="keys"/> has signed that, or the log is damaged.
    /// </exception>
    public static AuditProof Prove(string directory, long index, params IEnumerable<NoteVerifier> keys)
    {
        var path = Path.Combine(directory, LogLayout.CheckpointFile);
        var note = File.Exists(path) ? File.ReadAllText(path) : throw new InvalidDataException("The log has no checkpoint.");
        var known = keys.ToList();
        var checkpoint = Checkpoint.Open(note, known) ?? throw new InvalidDataException("The log's checkpoint is not signed by a known key.");
        if (index < 0 || index >= checkpoint.Size)
            throw new InvalidDataException($"The log's checkpoint covers entries 0 to {checkpoint.Size - 1}; {index} is not among them.");
        var leaf = Entry(directory, index) ?? throw new InvalidDataException($"Entry {index} is missing from the log.");

        // Tiles make it quick. They are not trusted: if what they give does not hold, the entries are read.
        AuditProof? proof = null;
        try
        {
            proof = new(leaf, index, MerkleProofs.Inclusion(index, checkpoint.Size, new TileFiles(directory, checkpoint.Size).Subtree), note);
        }
        catch (InvalidDataException)
        {
        }
        if (proof?.Verify(known) is null)
            proof = new(leaf, index, MerkleProofs.Inclusion(index, checkpoint.Size, FromEntries(directory, index, checkpoint.Size)), note);
        return proof.Verify(known) is not null
            ? proof
            : throw new InvalidDataException($"Entry {index} does not have the hash that was logged, or the log is damaged: verify it.");
    }

    /// <summary>The bytes of an entry; null if the log does not have it.</summary>
    public static byte[]? Entry(string directory, long index)
    {
        foreach (var (_, bytes) in Entries(directory, index))
            return bytes;
        return null;
    }

    /// <summary>The entries from <paramref name="first"/> on, in order, as far as they have been committed.</summary>
    public static IEnumerable<(long Index, byte[] Entry)> Entries(string directory, long first)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        var segments = LogLayout.Segments(directory);
        var batch = new List<(long, byte[])>();
        for (var i = 0; i < segments.Count; i++)
        {
            if (i + 1 < segments.Count && segments[i + 1].First <= first)
                continue;
            using var reader = new SegmentReader(segments[i].Path);
            var index = segments[i].First;
            if (!reader.Read())
                continue;
            while (reader.Read())
            {
                if (!reader.IsMark)
                {
                    if (index >= first)
                        batch.Add((index, reader.Line.ToArray()));
                    index++;
                    continue;
                }
                foreach (var entry in batch)
                    yield return entry;
                batch.Clear();
            }
            batch.Clear();
        }
    }

    /// <summary>The subtrees that a proof needs, from one pass over the entries.</summary>
    private static SubtreeSource FromEntries(string directory, long index, long size)
    {
        var needed = new Dictionary<(int, long), TreeHash>();
        MerkleProofs.Inclusion(index, size, (level, at) => needed[(level, at)] = default);
        var tree = new CompactRange();
        foreach (var (_, entry) in Entries(directory, 0))
        {
            if (tree.Size == size)
                break;
            tree.Append(TreeHash.Leaf(entry), (level, at, hash) =>
            {
                if (needed.ContainsKey((level, at)))
                    needed[(level, at)] = hash;
            });
        }
        return (level, at) => needed[(level, at)];
    }
}
