using Coffer.Core.Storage;

namespace Coffer.Modules.Tests.Storage;

public abstract partial class StorageConformance
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task ClaimsWhatIsDueOldestFirst()
    {
        var now = await Storage.ClockAsync();
        for (var i = 0; i < 5; i++)
            await PutAsync($"lease/{i}", $"{i}", new Due(DueClass.Lease, now - TimeSpan.FromSeconds(10 + i)));
        await PutAsync("later", "v", new Due(DueClass.Lease, now + Hour));
        await PutAsync("other", "v", new Due(DueClass.Wrap, now - Hour));
        var head = await PutAsync("plain");

        var claimed = await Storage.ClaimAsync(DueClass.Lease, 3, Hour);
        Assert.Equal(["lease/4", "lease/3", "lease/2"], claimed.Select(entry => entry.Key.Path));
        Assert.Equal("4", Text(claimed[0]));
        Assert.All(claimed, entry => Assert.Equal(head + 1, entry.Version));
        Assert.All(claimed, entry => Assert.True(entry.Due!.Value.At >= now + Hour && entry.Due.Value.At < now + (2 * Hour)));
        Assert.Equal(claimed[0].Due, (await Storage.GetAsync(Key("lease/4")))!.Due);
        Assert.Equal(claimed[0].Version, (await Storage.GetAsync(Key("lease/4")))!.Version);

        Assert.Equal(["lease/1", "lease/0"], (await Storage.ClaimAsync(DueClass.Lease, 10, Hour)).Select(entry => entry.Key.Path));
        Assert.Empty(await Storage.ClaimAsync(DueClass.Lease, 10, Hour));
        Assert.Equal("other", Assert.Single(await Storage.ClaimAsync(DueClass.Wrap, 10, Hour)).Key.Path);
    }

    [Fact]
    public async Task FinishesAClaimOnlyAtItsFence()
    {
        await PutAsync("intent", "v", new Due(DueClass.Intent, await Storage.ClockAsync()));
        var first = Assert.Single(await Storage.ClaimAsync(DueClass.Intent, 1, TimeSpan.FromMilliseconds(50)));
        await Task.Delay(100);
        var second = Assert.Single(await (await NodeAsync()).ClaimAsync(DueClass.Intent, 1, Hour));
        Assert.True(second.Version > first.Version);
        Assert.False((await Storage.CommitAsync(new Batch().Delete(first.Key).Require(first.Key, first.Version))).Committed);
        Assert.True((await Storage.CommitAsync(new Batch().Delete(first.Key).Require(first.Key, second.Version))).Committed);
        Assert.Null(await Storage.NextDueAsync(DueClass.Intent));
    }

    [Fact]
    public async Task NeverGivesOneEntryToTwoOwners()
    {
        const int entries = 400;
        var due = new Due(DueClass.Token, await Storage.ClockAsync() - Hour);
        var batch = new Batch();
        for (var i = 0; i < entries; i++)
            batch.Put(Key($"token/{i}"), Bytes("v"), due);
        await Storage.CommitAsync(batch);
        var nodes = new[] { Storage, await NodeAsync() };
        async Task<List<string>> Owner(int number)
        {
            var mine = new List<string>();
            while (await nodes[number % 2].ClaimAsync(DueClass.Token, 7, Hour) is { Count: > 0 } claimed)
                mine.AddRange(claimed.Select(entry => entry.Key.Path));
            return mine;
        }

        var owners = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => Owner(number))));
        Assert.Equal(entries, owners.Sum(owner => owner.Count));
        Assert.Equal(entries, owners.SelectMany(owner => owner).Distinct().Count());
    }

    [Fact]
    public async Task KnowsWhenTheNextIsDue()
    {
        Assert.Null(await Storage.NextDueAsync(DueClass.Review));
        var soon = new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await PutAsync("b", "v", new Due(DueClass.Review, soon + Hour));
        await PutAsync("a", "v", new Due(DueClass.Review, soon));
        await PutAsync("c", "v", new Due(DueClass.Rotation, soon - Hour));
        Assert.Equal(soon, await Storage.NextDueAsync(DueClass.Review));
        await Storage.CommitAsync(new Batch().Delete(Key("a")));
        Assert.Equal(soon + Hour, await Storage.NextDueAsync(DueClass.Review));
    }
}
