using System.Diagnostics;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.PostgreSql;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Storage;

/// <summary>Prints durable commits a second of one entry each, and reads, by the number of callers at a time.</summary>
internal static class StorageThroughput
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] where)
    {
        using var directory = new TempDirectory(where.FirstOrDefault());
        await using (var sqlite = await SqliteStorage.OpenAsync(directory.File("coffer.db")))
            await MeasureAsync(sqlite);
        await using var server = await PostgresServer.StartAsync();
        var url = (await server.CreateDatabaseAsync()).ToString();
        await using (var postgres = await PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = url }))
            await MeasureAsync(postgres);
        return 0;
    }

    private static async Task MeasureAsync(IStorage storage)
    {
        foreach (var callers in new[] { 1, 16, 64, 128 })
        {
            var commits = await RateAsync(callers, async (caller, i) =>
            {
                var value = new byte[400];
                BitConverter.TryWriteBytes(value, i);
                var result = await storage.CommitAsync(new Batch().Put(Key(caller, i), value).Require(Nothing, Check.Absent));
                if (!result.Committed)
                    throw new InvalidOperationException("a commit conflicted");
            });
            var reads = await RateAsync(callers, async (caller, i) => await storage.GetAsync(Key(caller, i)));
            Console.Out.WriteLine($"{storage.Type,-10} {callers,4} callers {commits,8:f0} commits/s {reads,8:f0} reads/s");
        }
    }

    private static readonly EntryKey Nothing = new(NamespaceId.Root, "kv/nothing");

    private static EntryKey Key(int caller, long i) => new(NamespaceId.Root, $"kv/data/{caller}/{i % 5000}");

    private static async Task<double> RateAsync(int callers, Func<int, long, Task> act)
    {
        var done = 0L;
        var time = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0L; time.Elapsed < Duration; i++)
            {
                await act(caller, i);
                Interlocked.Increment(ref done);
            }
        })));
        return done / time.Elapsed.TotalSeconds;
    }
}
