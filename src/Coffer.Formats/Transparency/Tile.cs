using System.Globalization;
using System.Text;

namespace Coffer.Formats.Transparency;

/// <summary>A tile of C2SP tlog-tiles: up to 256 consecutive hashes of tree level 8 × <see cref="Level"/>.</summary>
/// <param name="Level">0 to 63; level 0 holds leaf hashes.</param>
/// <param name="Index">Number of the tile within its level.</param>
/// <param name="Width">Hashes in it, 1 to 256; 256 is a full tile.</param>
public readonly record struct Tile(int Level, long Index, int Width)
{
    /// <summary>Hashes in a full tile.</summary>
    public const int FullWidth = 256;

    /// <summary>Bytes of a full tile.</summary>
    public const int FullBytes = FullWidth * TreeHash.Size;

    /// <summary>The width a tile has in a tree of this size; 0 if the tree does not reach it.</summary>
    public static int WidthAt(int level, long index, long treeSize)
    {
        var shift = 8 * level;
        var hashes = shift >= 63 ? 0 : treeSize >> shift;
        return (int)Math.Clamp(hashes - (index * FullWidth), 0, FullWidth);
    }

    /// <summary>For example <c>tile/0/x001/x234/067</c>, or <c>tile/1/000.p/17</c>.</summary>
    public string Path() => Format("tile/" + Level.ToString(CultureInfo.InvariantCulture), Index, Width);

    /// <summary>The path of the bundle with entries 256 × index and on, for example <c>tile/entries/x001/234.p/5</c>.</summary>
    public static string EntriesPath(long index, int width) => Format("tile/entries", index, width);

    /// <summary>Reads a tile's path; false for any spelling but the canonical one.</summary>
    public static bool TryParse(string path, out Tile tile)
    {
        tile = default;
        var parts = path.Split('/');
        if (parts.Length < 3 || parts[0] != "tile" || !TryNumber(parts[1], 63, out var level))
            return false;
        var width = FullWidth;
        var last = parts.Length - 1;
        if (parts[last - 1].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!TryNumber(parts[last], 255, out var partial) || partial == 0)
                return false;
            width = (int)partial;
            parts[--last] = parts[last][..^2];
        }
        if (last < 2 || last > 8)
            return false;
        long index = 0;
        for (var i = 2; i <= last; i++)
        {
            var digits = i < last && parts[i].StartsWith('x') ? parts[i][1..] : parts[i];
            if (digits.Length != 3 || !digits.All(char.IsAsciiDigit) || (i < last && parts[i].Length != 4))
                return false;
            index = (index * 1000) + int.Parse(digits, CultureInfo.InvariantCulture);
        }
        tile = new((int)level, index, width);
        return tile.Path() == path;
    }

    private static string Format(string prefix, long index, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, FullWidth);
        var text = new StringBuilder().Append('/').Append((index % 1000).ToString("D3", CultureInfo.InvariantCulture));
        for (index /= 1000; index > 0; index /= 1000)
            text.Insert(0, "/x" + (index % 1000).ToString("D3", CultureInfo.InvariantCulture));
        text.Insert(0, prefix);
        if (width < FullWidth)
            text.Append(".p/").Append(width.ToString(CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private static bool TryNumber(string text, long max, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
        && value <= max && (text.Length == 1 || text[0] != '0');
}
