using Coffer.Formats.Transparency;

namespace Coffer.Formats.Tests.Transparency;

public sealed class Tiles
{
    [Theory]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(1, 17, 12, "tile/1/017.p/12")]
    [InlineData(63, 999, 1, "tile/63/999.p/1")]
    public void HaveThePathsOfTheSpecification(int level, long index, int width, string path)
    {
        var tile = new Tile(level, index, width);
        Assert.Equal(path, tile.Path());
        Assert.True(Tile.TryParse(path, out var parsed));
        Assert.Equal(tile, parsed);
    }

    [Theory]
    [InlineData("tile/0/0")]
    [InlineData("tile/00/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/001/002")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/../000")]
    [InlineData("tile/0/-01")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/999")]
    public void RefuseOtherSpellings(string path) => Assert.False(Tile.TryParse(path, out _));

    [Fact]
    public void HaveTheWidthsOfTheSpecificationsExample()
    {
        // "a tree of size 70,000 …: 273 full level 0 tiles, one partial of width 112, one full level 1 tile, a partial of 17, one of 1"
        Assert.Equal(256, Tile.WidthAt(0, 272, 70_000));
        Assert.Equal(112, Tile.WidthAt(0, 273, 70_000));
        Assert.Equal(0, Tile.WidthAt(0, 274, 70_000));
        Assert.Equal(256, Tile.WidthAt(1, 0, 70_000));
        Assert.Equal(17, Tile.WidthAt(1, 1, 70_000));
        Assert.Equal(1, Tile.WidthAt(2, 0, 70_000));
    }

    [Fact]
    public void BundlesRoundTrip()
    {
        ReadOnlyMemory<byte>[] entries = [new byte[] { 1, 2, 3 }, Array.Empty<byte>(), new byte[65_535]];
        var bundle = EntryBundle.Encode(entries);
        Assert.Equal([0, 3, 1, 2, 3, 0, 0, 0xff, 0xff], bundle[..9]);
        Assert.Equal(entries.Select(entry => entry.Length), EntryBundle.Decode(bundle)!.Select(entry => entry.Length));
        Assert.Null(EntryBundle.Decode(bundle.AsMemory(..^1)));
    }
}
