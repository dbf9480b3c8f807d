using System.Collections.Concurrent;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.PostgreSql;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Storage;

public sealed class PostgreSqlFaults
{
    [Fact]
    public async Task AStopUnderLoadIsReportedAndHeals()
    {
        await using var server = await PostgresServer.StartAsync();
        var url = (await server.CreateDatabaseAsync()).ToString();
        await using var storage = await PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = url, MaxParallel = 16 });
        var acknowledged = new ConcurrentDictionary<EntryKey, long>();
        var refused = new ConcurrentDictionary<EntryKey, string>();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var key = new EntryKey(NamespaceId.Root, $"w{writer}/{i:d6}");
                try
                {
                    acknowledged[key] = (await storage.CommitAsync(new Batch().Put(key, "v"u8.ToArray()))).Position;
                    await storage.GetAsync(key);
                }
                catch (StorageUnavailableException error)
                {
                    refused[key] = error.Message;
                    await Task.Delay(5);
                }
            }
        })).ToArray();

        for (var round = 0; round < 3; round++)
        {
            await Task.Delay(300);
            await server.StopAsync();
            var error = await Assert.ThrowsAsync<StorageUnavailableException>(
                async () => await storage.GetAsync(new EntryKey(NamespaceId.Root, "any")));
            Assert.Contains("PostgreSQL", error.Message, StringComparison.Ordinal);
            await server.StartAgainAsync();
            await WaitUntilServedAsync(storage);
        }
        await Task.Delay(300);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        Assert.NotEmpty(refused);
        foreach (var (key, position) in acknowledged)
            Assert.Equal(position, (await storage.GetAsync(key))?.Version);
        foreach (var (key, reason) in refused.Where(one => !acknowledged.ContainsKey(one.Key)))
            Assert.True(reason.Contains("unknown", StringComparison.Ordinal) || await storage.GetAsync(key) is null, $"{key}: {reason}");
        await NotificationsWorkAgainAsync(storage);
    }

    [Fact]
    public async Task AnUnreachableServerIsReportedAtOpening()
    {
        var error = await Assert.ThrowsAsync<StorageUnavailableException>(async () => await PostgreSqlStorage.OpenAsync(
            new PostgreSqlOptions { ConnectionUrl = $"postgres://u:secretword@127.0.0.1:{FreePort.Next()}/d?sslmode=disable" }));
        Assert.Contains("can't be reached", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secretword", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A commit whose answer never came is looked up: a proxy swallows it after the server has had the request.</summary>
    [Fact]
    public async Task ACommitWhoseAnswerIsLostIsFoundAgain()
    {
        await using var server = await PostgresServer.StartAsync();
        var url = await server.CreateDatabaseAsync();
        await using var proxy = new CuttingProxy(server.Port);
        var through = new UriBuilder(url) { Port = proxy.Port }.Uri.ToString();
        await using var storage = await PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = through, MaxParallel = 8 });
        var before = await storage.CommitAsync(new Batch().Put(new EntryKey(NamespaceId.Root, "a"), "v"u8.ToArray()));
        proxy.CutAfter = "pg_notify"u8.ToArray(); // in the round trip that commits
        var result = await storage.CommitAsync(new Batch().Put(new EntryKey(NamespaceId.Root, "b"), "v"u8.ToArray()));
        Assert.Equal(new CommitResult(true, before.Position + 1), result);
        Assert.True(proxy.HasCut);
        Assert.Equal(result.Position, (await storage.GetAsync(new EntryKey(NamespaceId.Root, "b")))!.Version);
        Assert.Equal(result.Position + 1, (await storage.CommitAsync(
            new Batch().Put(new EntryKey(NamespaceId.Root, "c"), "v"u8.ToArray()))).Position);
    }

    private static async Task WaitUntilServedAsync(PostgreSqlStorage storage)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await storage.CommitAsync(new Batch().Put(new EntryKey(NamespaceId.Root, "probe"), "v"u8.ToArray()));
                return;
            }
            catch (StorageUnavailableException) when (attempt < 100)
            {
                await Task.Delay(50);
            }
        }
    }

    private static async Task NotificationsWorkAgainAsync(PostgreSqlStorage storage)
    {
        var head = await storage.BeatAsync("here", 0, TimeSpan.Zero);
        var waiting = storage.WaitForChangeAsync(head);
        await WaitUntilServedAsync(storage);
        await waiting.WaitAsync(TimeSpan.FromSeconds(2));
    }
}
