using Coffer.Core.Audit;

namespace Coffer.Modules.Tests.AuditSinks;

public sealed class AStuckSink
{
    [Fact]
    public async Task StallsNobodyAndCountsWhatItLost()
    {
        await using var sinks = new Coffer.Core.Audit.AuditSinks(TimeProvider.System);
        var (stuck, free) = (new StuckSink(), new StuckSink());
        free.Release.SetResult();
        Assert.True(sinks.TryAdd("stuck/", stuck, new() { Capacity = 10 }));
        Assert.True(sinks.TryAdd("free/", free, new()));
        Assert.False(sinks.TryAdd("free/", free, new()));
        for (var i = 0; i < 600; i++)
        {
            var published = sinks.PublishAsync(SinkFixture.Event()).AsTask();
            Assert.True(published.IsCompletedSuccessfully);
            await published;
        }
        for (var i = 0; i < 500 && free.Received.Count < 600; i++)
            await Task.Delay(10);
        Assert.Equal(600, free.Received.Count);
        Assert.InRange(sinks.States()["stuck/"].Dropped, 1, 590);
        Assert.InRange(sinks.States()["stuck/"].Waiting, 0, 10);
        stuck.Release.SetResult();
    }

    [Fact]
    public async Task FailsRequestsInTimeIfItIsRequired()
    {
        await using var sinks = new Coffer.Core.Audit.AuditSinks(TimeProvider.System);
        var stuck = new StuckSink();
        sinks.TryAdd("stuck/", stuck, new() { Required = true, Deadline = TimeSpan.FromMilliseconds(50) });
        await Assert.ThrowsAsync<AuditUnavailableException>(() => sinks.PublishAsync(SinkFixture.Event()).AsTask());
        stuck.Release.SetResult();
        await sinks.PublishAsync(SinkFixture.Event());
        Assert.Equal(2, stuck.Received.Count);
    }
}
