using Coffer.Core.Storage;

namespace Coffer.Modules.Tests.Storage;

public abstract partial class StorageConformance
{
    [Fact]
    public async Task LogsEveryCommitInOrder()
    {
        var empty = await Storage.ChangesAsync(0, 10);
        Assert.Equal((0, 0L, false), (empty.Changes.Count, empty.Next, empty.Lost));
        await PutAsync("a");
        await Storage.CommitAsync(new Batch().Put(Key("b"), Bytes("v")).Put(new EntryKey(new NamespaceId(3), "é/🔑"), Bytes("v")));
        await Storage.CommitAsync(new Batch().Require(Key("a"), 99).Delete(Key("a")));
        await Storage.CommitAsync(new Batch().Delete(Key("a")));
        await PutAsync("due", "v", new Due(DueClass.Kv, await Storage.ClockAsync() - Hour));
        await Storage.ClaimAsync(DueClass.Kv, 1, Hour);

        var all = await Storage.ChangesAsync(0, 100);
        Assert.False(all.Lost);
        Assert.Equal([1L, 2, 3, 4, 5], all.Changes.Select(change => change.Position));
        Assert.Equal(5, all.Next);
        Assert.Equal([Key("b"), new EntryKey(new NamespaceId(3), "é/🔑")], all.Changes[1].Keys.OrderBy(key => key.Namespace.Value));
        Assert.Equal([Key("a")], all.Changes[2].Keys);
        Assert.Equal([Key("due")], all.Changes[4].Keys);

        var page = await Storage.ChangesAsync(1, 2);
        Assert.Equal([2L, 3], page.Changes.Select(change => change.Position));
        Assert.Equal(3, page.Next);
        var end = await Storage.ChangesAsync(5, 2);
        Assert.Equal((0, 5L, false), (end.Changes.Count, end.Next, end.Lost));
    }

    [Fact]
    public async Task SaysSoToAReaderFromTheFuture()
    {
        await PutAsync("a");
        var page = await Storage.ChangesAsync(100, 10);
        Assert.Equal((0, 1L, true), (page.Changes.Count, page.Next, page.Lost));
    }

    [Fact]
    public async Task GivesPositionsInTheOrderOfCommitsWithoutGaps()
    {
        var nodes = new[] { Storage, await NodeAsync() };
        var seen = new List<long>();
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            var at = 0L;
            while (at < 400)
            {
                var page = await Storage.ChangesAsync(at, 50);
                Assert.False(page.Lost);
                seen.AddRange(page.Changes.Select(change => change.Position));
                at = page.Next;
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
                await nodes[writer % 2].CommitAsync(new Batch().Put(Key($"{writer}/{i}"), Bytes("v")));
        })));
        await reader;
        Assert.Equal(Enumerable.Range(1, 400).Select(position => (long)position), seen);
    }

    [Fact]
    public async Task WakesThoseWhoWaitForAChange()
    {
        var node = await NodeAsync();
        var position = await PutAsync("a");
        await node.WaitForChangeAsync(0).WaitAsync(TimeSpan.FromSeconds(2));
        var at = position;
        var waiting = Task.Run(async () =>
        {
            while ((await node.ChangesAsync(at, 10)).Changes.Count == 0)
                await node.WaitForChangeAsync(at);
        });
        await Task.Delay(50);
        Assert.False(waiting.IsCompleted);
        await PutAsync("b");
        await waiting.WaitAsync(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task StopsWaitingWhenCancelled()
    {
        using var cancel = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (true)
                await Storage.WaitForChangeAsync(0, cancel.Token).WaitAsync(TimeSpan.FromSeconds(5));
        });
    }
}
