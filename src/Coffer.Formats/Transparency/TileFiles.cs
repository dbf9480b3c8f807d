namespace Coffer.Formats.Transparency;

/// <summary>The tiles of a log directory, as a source of subtree hashes for a tree of a given size.</summary>
/// <remarks>Tiles are derived from the entries and not trusted: whoever uses them checks the result against a signed root.</remarks>
public sealed class TileFiles(string directory, long treeSize)
{
    private readonly Dictionary<Tile, byte[]?> cache = [];

    /// <summary>A subtree's root. Suits <see cref="SubtreeSource"/>.</summary>
    /// <exception cref="InvalidDataException">The tile is missing or too short.</exception>
    public TreeHash Subtree(int level, long index)
    {
        // A tile spans eight levels; its top hash is stored in the tile above, or found by hashing.
        var (tileLevel, inner) = (level / 8, level % 8);
        var first = index << inner;
        var hashes = new TreeHash[1 << inner];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = Stored(tileLevel, first + i)
                ?? throw new InvalidDataException($"Tile {new Tile(tileLevel, (first + i) / Tile.FullWidth, Tile.FullWidth).Path()} is missing.");
        }
        for (var width = hashes.Length; width > 1; width /= 2)
        {
            for (var i = 0; i < width / 2; i++)
                hashes[i] = TreeHash.Node(hashes[2 * i], hashes[(2 * i) + 1]);
        }
        return hashes[0];
    }

    /// <summary>A stored hash of tree level 8 × <paramref name="level"/>; null where no tile has it.</summary>
    public TreeHash? Stored(int level, long hashIndex)
    {
        var tileIndex = hashIndex / Tile.FullWidth;
        var width = Tile.WidthAt(level, tileIndex, treeSize);
        var at = (int)(hashIndex % Tile.FullWidth) * TreeHash.Size;
        var bytes = Load(new(level, tileIndex, Tile.FullWidth));
        if (bytes is null && width is > 0 and < Tile.FullWidth)
            bytes = Load(new(level, tileIndex, width)) ?? LoadWider(level, tileIndex, width);
        return bytes is not null && at + TreeHash.Size <= bytes.Length ? TreeHash.From(bytes.AsSpan(at, TreeHash.Size)) : null;
    }

    /// <summary>A partial tile of a later checkpoint begins with the same hashes.</summary>
    private byte[]? LoadWider(int level, long index, int width)
    {
        for (var wider = Tile.FullWidth - 1; wider > width; wider--)
        {
            if (File.Exists(Path.Combine(directory, new Tile(level, index, wider).Path())))
                return cache[new(level, index, width)] = Load(new(level, index, wider));
        }
        return null;
    }

    private byte[]? Load(Tile tile)
    {
        if (cache.TryGetValue(tile, out var bytes))
            return bytes;
        if (cache.Count > 64)
            cache.Clear();
        var path = Path.Combine(directory, tile.Path());
        return cache[tile] = File.Exists(path) ? File.ReadAllBytes(path) : null;
    }
}
