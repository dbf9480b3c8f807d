namespace Coffer.Core.Tests;

public sealed class AnEpochCache
{
    private readonly EpochCache<string, string> cache = new(10, static (_, _) => 1);

    [Fact]
    public void RefusesWhatWasFetchedBeforeARemoval()
    {
        var epoch = cache.Epoch;
        cache.Remove("key");
        cache.Add("key", "old", epoch);
        Assert.False(cache.TryGet("key", out _));
    }

    [Fact]
    public void StaysBounded()
    {
        for (var i = 0; i < 1000; i++) cache.Add($"{i}", "value", cache.Epoch);
        Assert.InRange(Enumerable.Range(0, 1000).Count(i => cache.TryGet($"{i}", out _)), 1, 12);
    }

    [Fact]
    public void KeepsWhatIsUsed()
    {
        cache.Add("used", "value", cache.Epoch);
        for (var i = 0; i < 100; i++)
        {
            cache.Add($"{i}", "value", cache.Epoch);
            Assert.True(cache.TryGet("used", out _));
        }
    }

    [Fact]
    public void ForgetsWhatIsRemovedOrCleared()
    {
        cache.Add("a", "1", cache.Epoch);
        cache.Add("b", "2", cache.Epoch);
        cache.Remove("a");
        Assert.False(cache.TryGet("a", out _));
        cache.Clear();
        Assert.False(cache.TryGet("b", out _));
    }
}
