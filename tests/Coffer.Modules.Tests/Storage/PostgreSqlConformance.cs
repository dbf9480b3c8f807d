using System.Diagnostics;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.PostgreSql;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Storage;

/// <summary>One server for all tests of an assembly that share it; each test has a database of its own.</summary>
public sealed class SharedPostgres : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

public sealed class PostgreSql(SharedPostgres postgres) : StorageConformance, IClassFixture<SharedPostgres>
{
    private string url = "";

    protected override async ValueTask<IStorage> OpenFirstAsync()
    {
        url = (await postgres.Server.CreateDatabaseAsync()).ToString();
        return await OpenNodeAsync();
    }

    protected override async ValueTask<IStorage> OpenNodeAsync() =>
        await PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = url, MaxParallel = 12 });

    [Fact]
    public async Task WaitsForLiveNodesOnly()
    {
        var other = await NodeAsync();
        var position = await PutAsync("policy");
        Assert.Equal(position, await other.BeatAsync("other", 0, TimeSpan.FromSeconds(30)));
        await Storage.BeatAsync("self", 0, TimeSpan.FromSeconds(30));
        var waiting = Storage.WaitUntilAppliedAsync("self", position).AsTask();
        await Task.Delay(100);
        Assert.False(waiting.IsCompleted);
        await other.BeatAsync("other", position, TimeSpan.FromSeconds(30));
        await waiting.WaitAsync(TimeSpan.FromSeconds(2));

        var next = await PutAsync("policy");
        var left = Storage.WaitUntilAppliedAsync("self", next).AsTask();
        await other.LeaveAsync("other");
        await left.WaitAsync(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task WaitsNoLongerThanAReadLease()
    {
        var position = await PutAsync("policy");
        await Storage.BeatAsync("gone", position - 1, TimeSpan.FromMilliseconds(400));
        var time = Stopwatch.StartNew();
        await Storage.WaitUntilAppliedAsync("self", position);
        Assert.InRange(time.Elapsed, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task OpensOnceForManyNodesAtATime()
    {
        var database = (await postgres.Server.CreateDatabaseAsync()).ToString();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 6).Select(
            _ => PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = database, MaxParallel = 4 }).AsTask()));
        foreach (var node in nodes)
            await node.DisposeAsync();
    }
}
