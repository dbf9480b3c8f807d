using System.Globalization;
using System.Security.Cryptography;
using Coffer.Core.Storage;

namespace Coffer.Modules.Tests.Storage;

public abstract partial class StorageConformance
{
    [Fact]
    public async Task ReturnsWhatWasPut()
    {
        var due = new Due(DueClass.Lease, new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1234567));
        var position = await PutAsync("sys/one", "value", due);
        Assert.Equal(1, position);
        var entry = await Storage.GetAsync(Key("sys/one"));
        Assert.Equal("value", Text(entry));
        Assert.Equal(position, entry!.Version);
        Assert.Equal(due, entry.Due);
        Assert.Equal(Key("sys/one"), entry.Key);
        Assert.Null(await Storage.GetAsync(Key("sys/on")));
    }

    [Fact]
    public async Task KeepsNamespacesApart()
    {
        var other = new EntryKey(new NamespaceId(7), "a");
        await Storage.CommitAsync(new Batch().Put(Key("a"), Bytes("root")).Put(other, Bytes("seven")));
        Assert.Equal("root", Text(await Storage.GetAsync(Key("a"))));
        Assert.Equal("seven", Text(await Storage.GetAsync(other)));
        Assert.Equal(["a"], await Storage.ListAsync(new NamespaceId(7), "", null, 10));
        Assert.Equal(1, await Storage.CountAsync(NamespaceId.Root, ""));
    }

    [Fact]
    public async Task KeepsEmptyValuesApartFromAbsentOnes()
    {
        await PutAsync("empty", "");
        Assert.Equal(0, (await Storage.GetAsync(Key("empty")))!.Value.Length);
        Assert.Equal(0, Assert.Single(await EverythingAsync()).Value.Length);
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(32 << 20)]
    public async Task KeepsLargeValues(int size)
    {
        var value = RandomNumberGenerator.GetBytes(size);
        await Storage.CommitAsync(new Batch().Put(Key("large"), value));
        Assert.True((await Storage.GetAsync(Key("large")))!.Value.Span.SequenceEqual(value));
    }

    [Fact]
    public async Task GivesManyInTheOrderAsked()
    {
        await PutAllAsync("a", "b", "c");
        var many = await Storage.GetManyAsync([Key("c"), Key("nothing"), Key("a"), Key("c")]);
        Assert.Equal(["c", "", "a", "c"], many.Select(entry => entry?.Key.Path ?? ""));
        Assert.Empty(await Storage.GetManyAsync([]));
    }

    [Fact]
    public async Task CommitsAllOfABatchOrNothing()
    {
        var version = await PutAsync("kept");
        var refused = await Storage.CommitAsync(
            new Batch().Put(Key("x"), Bytes("x")).Delete(Key("kept")).Require(Key("kept"), version + 1).Require(Key("x"), Check.Absent));
        Assert.Equal(new CommitResult(false, version, Key("kept")), refused);
        Assert.Null(await Storage.GetAsync(Key("x")));
        Assert.NotNull(await Storage.GetAsync(Key("kept")));

        var passed = await Storage.CommitAsync(
            new Batch().Put(Key("x"), Bytes("x")).Delete(Key("kept")).Require(Key("kept"), version).Require(Key("x"), Check.Absent));
        Assert.True(passed.Committed);
        Assert.Null(passed.Conflict);
        Assert.Equal(passed.Position, (await Storage.GetAsync(Key("x")))!.Version);
        Assert.Null(await Storage.GetAsync(Key("kept")));
    }

    [Fact]
    public async Task ChecksKeysThatItDoesNotWrite()
    {
        var guard = await PutAsync("guard");
        Assert.True((await Storage.CommitAsync(new Batch().Put(Key("a"), Bytes("1")).Require(Key("guard"), guard))).Committed);
        await PutAsync("guard", "moved");
        var late = await Storage.CommitAsync(new Batch().Put(Key("a"), Bytes("2")).Require(Key("guard"), guard));
        Assert.Equal(Key("guard"), late.Conflict);
        Assert.Equal("1", Text(await Storage.GetAsync(Key("a"))));
    }

    [Fact]
    public async Task AnswersABatchOfChecksAlone()
    {
        var version = await PutAsync("a");
        await PutAsync("b");
        Assert.Equal(new CommitResult(true, version + 1), await Storage.CommitAsync(new Batch().Require(Key("a"), version)));
        Assert.False((await Storage.CommitAsync(new Batch().Require(Key("a"), Check.Absent))).Committed);
        Assert.Equal(new CommitResult(true, version + 1), await Storage.CommitAsync(new Batch()));
    }

    [Fact]
    public async Task NeverGivesAVersionTwice()
    {
        var first = await PutAsync("a");
        await Storage.CommitAsync(new Batch().Delete(Key("a")));
        var second = await PutAsync("a");
        Assert.True(second > first);
        Assert.False((await Storage.CommitAsync(new Batch().Put(Key("a"), Bytes("late")).Require(Key("a"), first))).Committed);
    }

    [Fact]
    public async Task PutsAgainWithoutADueTime()
    {
        await PutAsync("a", "1", new Due(DueClass.Kv, DateTimeOffset.UnixEpoch));
        await PutAsync("a", "2");
        Assert.Null((await Storage.GetAsync(Key("a")))!.Due);
        Assert.Null(await Storage.NextDueAsync(DueClass.Kv));
    }

    [Fact]
    public async Task LetsOneOfManyWritersWinEachRound()
    {
        const int writers = 32, rounds = 5;
        var nodes = new[] { Storage, await NodeAsync() };
        await PutAsync("counter", "0");
        async Task<int> Writer(int number)
        {
            var won = 0;
            while (won < rounds)
            {
                var node = nodes[number % 2];
                var seen = (await node.GetAsync(Key("counter")))!;
                var next = int.Parse(Text(seen), CultureInfo.InvariantCulture) + 1;
                var result = await node.CommitAsync(
                    new Batch().Put(Key("counter"), Bytes($"{next}")).Put(Key($"won/{next}"), Bytes($"{number}"))
                        .Require(Key("counter"), seen.Version).Require(Key($"won/{next}"), Check.Absent));
                won += result.Committed ? 1 : 0;
            }
            return won;
        }

        var all = await Task.WhenAll(Enumerable.Range(0, writers).Select(number => Task.Run(() => Writer(number))));
        Assert.Equal(writers * rounds, all.Sum());
        Assert.Equal($"{writers * rounds}", Text(await Storage.GetAsync(Key("counter"))));
        Assert.Equal(writers * rounds, await Storage.CountAsync(NamespaceId.Root, "won/"));
    }

    [Fact]
    public async Task RefusesPathsThatItCouldNotTellApart()
    {
        foreach (var path in new[] { "", "a\0b", "lone\ud800" })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Storage.CommitAsync(new Batch().Put(Key(path), Bytes("v"))));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Storage.GetAsync(Key(path)));
        }
        await PutAsync("still works");
    }

    [Fact]
    public async Task GivesUpACancelledCommitBeforeItBegins()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Storage.CommitAsync(new Batch().Put(Key("a"), Bytes("v")), cancel.Token));
        Assert.Null(await Storage.GetAsync(Key("a")));
    }
}
