using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>
/// Collects a tree's hashes into tiles. Full ones are written once their entries are durable, partial ones with each checkpoint.
/// Tiles are derived: losing one costs time, never truth, so they are not flushed and a full disk doesn't fail the log.
/// </summary>
internal sealed class TileWriter(string directory)
{
    private const int MaxWaiting = 1024;

    private readonly Lock writing = new();
    private readonly List<(Tile Tile, byte[] Bytes)> waiting = [];
    private readonly List<(Tile Tile, byte[] Bytes)> batch = [];
    private List<byte[]> durable = [];
    private List<byte[]> working = [];
    private long size;
    private List<Tile> partials = [];

    /// <summary>Resumes at a size from the tiles on disk; false if they don't give the peaks of <paramref name="tree"/>.</summary>
    public bool TryResume(CompactRange tree)
    {
        var tiles = new TileFiles(directory, tree.Size);
        var hashes = new List<TreeHash[]>();
        var peaks = new List<TreeHash>();
        for (var level = 0; level < 8 && tree.Size >> (8 * level) > 0; level++)
        {
            var width = (int)((tree.Size >> (8 * level)) % Tile.FullWidth);
            var row = new TreeHash[width];
            var range = new CompactRange();
            for (var i = 0; i < width; i++)
            {
                var index = ((tree.Size >> (8 * level)) / Tile.FullWidth * Tile.FullWidth) + i;
                if (tiles.Stored(level, index) is not { } hash)
                    return false;
                range.Append(row[i] = hash);
            }
            hashes.Add(row);
            peaks.InsertRange(0, range.Peaks);
        }
        if (!peaks.ToArray().AsSpan().SequenceEqual(tree.Peaks))
            return false;
        durable = [.. hashes.Select(row =>
        {
            var bytes = new byte[Tile.FullBytes];
            for (var i = 0; i < row.Length; i++)
                row[i].CopyTo(bytes.AsSpan(i * TreeHash.Size));
            return bytes;
        })];
        size = tree.Size;
        return true;
    }

    /// <summary>Starts a batch over, forgetting what was not committed.</summary>
    public void Begin()
    {
        batch.Clear();
        while (working.Count < durable.Count)
            working.Add(new byte[Tile.FullBytes]);
        for (var i = 0; i < durable.Count; i++)
            durable[i].CopyTo(working[i], 0);
    }

    /// <summary>Takes a subtree that the tree has completed.</summary>
    public void Add(int level, long index, TreeHash hash)
    {
        if (level % 8 != 0)
            return;
        var row = level / 8;
        while (working.Count <= row)
            working.Add(new byte[Tile.FullBytes]);
        var at = (int)(index % Tile.FullWidth);
        hash.CopyTo(working[row].AsSpan(at * TreeHash.Size));
        if (at == Tile.FullWidth - 1)
            batch.Add((new(row, index / Tile.FullWidth, Tile.FullWidth), working[row].AsSpan().ToArray()));
    }

    /// <summary>The batch is durable.</summary>
    public void Commit(long newSize)
    {
        while (durable.Count < working.Count)
            durable.Add(new byte[Tile.FullBytes]);
        (durable, working) = (working, durable);
        size = newSize;
        if (batch.Count == 0)
            return;
        lock (waiting)
        {
            if (waiting.Count < MaxWaiting)
                waiting.AddRange(batch);
        }
        batch.Clear();
    }

    /// <summary>Whether full tiles wait to be written.</summary>
    public bool HasFull
    {
        get
        {
            lock (waiting)
                return waiting.Count > 0;
        }
    }

    /// <summary>Writes the full tiles that wait. What can't be written now is tried again later. Any thread may call it.</summary>
    public void WriteFull()
    {
        lock (writing)
        {
            (Tile Tile, byte[] Bytes)[] full;
            lock (waiting)
                full = [.. waiting];
            var written = 0;
            while (written < full.Length && TryWrite(full[written].Tile, full[written].Bytes))
                written++;
            lock (waiting)
                waiting.RemoveRange(0, written);
        }
    }

    /// <summary>The partial tiles of the durable tree, to be written with a checkpoint.</summary>
    public IReadOnlyList<(Tile Tile, byte[] Bytes)> Partials()
    {
        var tiles = new List<(Tile, byte[])>();
        for (var level = 0; level < durable.Count; level++)
        {
            var hashes = size >> (8 * level);
            var width = (int)(hashes % Tile.FullWidth);
            if (width > 0)
                tiles.Add((new(level, hashes / Tile.FullWidth, width), durable[level][..(width * TreeHash.Size)]));
        }
        return tiles;
    }

    /// <summary>Writes partial tiles, and removes those of the checkpoint before.</summary>
    public void WritePartials(IReadOnlyList<(Tile Tile, byte[] Bytes)> tiles)
    {
        foreach (var (tile, bytes) in tiles)
            TryWrite(tile, bytes);
        var now = tiles.Select(each => each.Tile).ToList();
        foreach (var old in partials.Except(now))
        {
            var path = Path.Combine(directory, old.Path());
            File.Delete(path);
            if (Path.GetDirectoryName(path) is { } parent && !Directory.EnumerateFileSystemEntries(parent).Any())
                Directory.Delete(parent);
        }
        partials = now;
    }

    private bool TryWrite(Tile tile, byte[] bytes)
    {
        var path = Path.Combine(directory, tile.Path());
        try
        {
            PrivateDirectory.Make(Path.GetDirectoryName(path)!);
            File.Delete(path + ".new");
            using (var file = PosixFile.Create(path + ".new"))
                file.WriteAt(bytes, 0);
            File.Move(path + ".new", path, overwrite: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
