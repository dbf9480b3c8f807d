using System.Runtime.CompilerServices;
using Coffer.Core.Storage;

namespace Coffer.Modules.Tests.Storage;

public abstract partial class StorageConformance
{
    [Fact]
    public async Task SnapshotsOneMomentWhileWritesGoOn()
    {
        for (var i = 0; i < 20; i++)
            await PutAllAsync(Enumerable.Range(0, 100).Select(leaf => $"s/{i:d2}/{leaf:d3}"));
        var paths = new List<string>();
        await foreach (var entry in Storage.SnapshotAsync())
        {
            if (paths.Count % 500 == 0)
            {
                await PutAsync($"s/99/{paths.Count}").WaitAsync(TimeSpan.FromSeconds(5));
                await Storage.CommitAsync(new Batch().Delete(Key("s/19/099")).Put(Key("s/18/000"), Bytes("new")));
            }
            Assert.Equal(entry.Key.Path, Text(entry));
            paths.Add(entry.Key.Path);
        }
        Assert.Equal(2000, paths.Count);
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
    }

    [Fact]
    public async Task RestoresEverythingAnew()
    {
        var due = new Due(DueClass.Kv, new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await PutAllAsync(Enumerable.Range(0, 2500).Select(i => $"kept/{i:d4}"));
        await PutAsync("timed", "t", due);
        await Storage.CommitAsync(new Batch().Put(new EntryKey(new NamespaceId(5), "other"), Bytes("o")));
        var taken = await EverythingAsync();
        await PutAsync("kept/0000", "changed");
        var before = await PutAsync("after", "gone");

        var head = await Storage.RestoreAsync(Stream(taken));
        Assert.True(head > before);
        var now = await EverythingAsync();
        Assert.Equal(taken.Select(e => (e.Key, Text(e), e.Due)), now.Select(e => (e.Key, Text(e), e.Due)));
        Assert.All(now, entry => Assert.Equal(head, entry.Version));
        Assert.Equal(due.At, await Storage.NextDueAsync(DueClass.Kv));

        foreach (var node in new[] { Storage, await NodeAsync() })
        {
            for (var after = 0L; after <= before; after++)
                Assert.Equal(new ChangePage([], head, true), await node.ChangesAsync(after, 10) with { Changes = [] });
        }
        var next = await PutAsync("kept/0000", "again");
        Assert.Equal([next], (await Storage.ChangesAsync(head, 10)).Changes.Select(change => change.Position));
        await Storage.RestoreAsync(Stream([]));
        Assert.Empty(await EverythingAsync());
    }

    [Fact]
    public async Task KeepsTheOldWhenARestoreBreaksOff()
    {
        await PutAllAsync("a", "b");
        var entries = Enumerable.Range(0, 3000).Select(i => new Entry(Key($"new/{i}"), Bytes("v"), 1));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Storage.RestoreAsync(Stream(entries, failAt: 2500)));
        Assert.Equal(["a", "b"], (await EverythingAsync()).Select(entry => entry.Key.Path));
        Assert.False((await Storage.ChangesAsync(1, 10)).Lost);
        await PutAsync("c");
        await Storage.RestoreAsync(Stream(entries));
        Assert.Equal(3000, await Storage.CountAsync(NamespaceId.Root, ""));
    }

    [Fact]
    public async Task NeverShowsHalfOfARestore()
    {
        await PutAllAsync(Enumerable.Range(0, 100).Select(i => $"old/{i}"));
        var reader = Task.Run(async () =>
        {
            while (true)
            {
                var seen = await Storage.ScanAsync(NamespaceId.Root, "", null, 10_000);
                if (seen[0].Key.Path.StartsWith("new/", StringComparison.Ordinal))
                    return seen.Count;
                Assert.Equal(100, seen.Count);
            }
        });
        await Storage.RestoreAsync(Stream(Enumerable.Range(0, 5000).Select(i => new Entry(Key($"new/{i}"), Bytes("v"), 1))));
        Assert.Equal(5000, await reader.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private static async IAsyncEnumerable<Entry> Stream(
        IEnumerable<Entry> entries, int failAt = -1, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        foreach (var entry in entries)
        {
            if (failAt-- == 0)
                throw new InvalidDataException("broken off");
            await Task.CompletedTask.WaitAsync(cancel);
            yield return entry;
        }
    }
}
