using System.Diagnostics;
using System.Text;
using Coffer.Core.Storage;

namespace Coffer.Modules.Tests.Storage;

public abstract partial class StorageConformance
{
    /// <summary>In byte order; UTF-16 order would put the surrogates of U+1F511 before U+E000.</summary>
    private static readonly string[] Ordered =
        ["A", "a", "a!", "a-b", "a/b", "a/b/c", "a0", "ab", "z", "é", "ﬀ", "\ue000", "\uffff", "\U0001F511", "\U0010FFFF"];

    [Fact]
    public async Task OrdersPathsByTheirBytes()
    {
        var expected = Ordered.OrderBy(path => Convert.ToHexString(Encoding.UTF8.GetBytes(path)), StringComparer.Ordinal).ToArray();
        await PutAllAsync(Ordered.Reverse());
        var scanned = await Storage.ScanAsync(NamespaceId.Root, "", null, 100);
        Assert.Equal(expected, scanned.Select(entry => entry.Key.Path));
        Assert.Equal(expected, (await EverythingAsync()).Select(entry => entry.Key.Path));
        foreach (var (path, index) in expected.Select((path, index) => (path, index)))
        {
            Assert.Equal(path, Text(await Storage.GetAsync(Key(path))));
            var rest = await Storage.ScanAsync(NamespaceId.Root, "", path, 100);
            Assert.Equal(expected[(index + 1)..], rest.Select(entry => entry.Key.Path));
        }
    }

    [Fact]
    public async Task ScansOnlyBelowThePrefix()
    {
        await PutAllAsync("a", "a/", "a/1", "a/2", "a/2/x", "a0", "b\U0010FFFF", "b\U0010FFFFx", "c");
        Assert.Equal(["a/", "a/1", "a/2", "a/2/x"], (await Storage.ScanAsync(NamespaceId.Root, "a/", null, 100)).Select(e => e.Key.Path));
        Assert.Equal(["a/2", "a/2/x"], (await Storage.ScanAsync(NamespaceId.Root, "a/", "a/1", 100)).Select(e => e.Key.Path));
        Assert.Equal(["a/"], (await Storage.ScanAsync(NamespaceId.Root, "a/", "A", 1)).Select(e => e.Key.Path));
        Assert.Empty(await Storage.ScanAsync(NamespaceId.Root, "a/", "b", 100));
        Assert.Equal(2, (await Storage.ScanAsync(NamespaceId.Root, "b\U0010FFFF", null, 100)).Count);
        Assert.Equal(4, await Storage.CountAsync(NamespaceId.Root, "a/"));
        Assert.Equal(9, await Storage.CountAsync(NamespaceId.Root, ""));
        Assert.Equal(0, await Storage.CountAsync(NamespaceId.Root, "nothing/"));
        var page = Assert.Single(await Storage.ScanAsync(NamespaceId.Root, "c", null, 1));
        Assert.Equal("c", Text(page));
    }

    [Fact]
    public async Task ListsOneLevel()
    {
        await PutAllAsync("m/a", "m/a!", "m/a/1", "m/a/2/3", "m/b/1", "m/c", "m//d", "m/é/x", "m/\U0001F511", "m", "n/x");
        string[] expected = ["/", "a", "a!", "a/", "b/", "c", "é/", "\U0001F511"];
        Assert.Equal(expected, await Storage.ListAsync(NamespaceId.Root, "m/", null, 100));
        Assert.Equal(["m", "m/", "n/"], await Storage.ListAsync(NamespaceId.Root, "", null, 100));
        Assert.Equal(["1", "2/"], await Storage.ListAsync(NamespaceId.Root, "m/a/", null, 100));
        Assert.Empty(await Storage.ListAsync(NamespaceId.Root, "nothing/", null, 100));
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[(i + 1)..], await Storage.ListAsync(NamespaceId.Root, "m/", expected[i], 100));
        Assert.Equal(["b/", "c"], await Storage.ListAsync(NamespaceId.Root, "m/", "a/zzz", 2));
        Assert.Equal(["b/"], await Storage.ListAsync(NamespaceId.Root, "m/", "az", 1));
    }

    [Fact]
    public async Task ListsWithoutAnEntryOfThePrefixItself()
    {
        await PutAllAsync("m/", "m/a");
        Assert.Equal(["a"], await Storage.ListAsync(NamespaceId.Root, "m/", null, 100));
    }

    [Fact]
    public async Task PagesThroughDeepTreesByNames()
    {
        for (var folder = 0; folder < 10; folder++)
            await PutAllAsync(Enumerable.Range(0, 3000).Select(leaf => $"tree/f{folder}/{leaf % 7}/{leaf:d5}"));
        await PutAsync("tree/last");
        await Storage.ListAsync(NamespaceId.Root, "tree/", null, 1);
        var names = new List<string>();
        var time = Stopwatch.StartNew();
        for (string? after = null; ;)
        {
            var page = await Storage.ListAsync(NamespaceId.Root, "tree/", after, 3);
            names.AddRange(page);
            if (page.Count < 3)
                break;
            after = page[^1];
        }
        Assert.Equal([.. Enumerable.Range(0, 10).Select(folder => $"f{folder}/"), "last"], names);
        Assert.True(time.Elapsed < TimeSpan.FromMilliseconds(500), $"11 names took {time.Elapsed}");
    }
}
