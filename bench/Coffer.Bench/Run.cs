using System.Net;
using Coffer.Bench.Ceilings;
using Coffer.Bench.Load;
using Coffer.TestKit;

namespace Coffer.Bench;

/// <summary>One run: every operation on a fresh server, its ceiling measured right beside it.</summary>
internal sealed class Run(Options options)
{
    public async Task AllAsync()
    {
        Console.WriteLine(
            $"{Environment.ProcessorCount} processors shared by load and server; {options.Storage}; a non-root token; audit flushed before each reply");
        Table.Head();
        foreach (var scenario in Scenario.All.Where(s => s.Name.StartsWith(options.Only, StringComparison.Ordinal)))
        {
            if (scenario.Writes)
                await WriteAsync(scenario);
            else
                await ReadAsync(scenario);
        }
        if ("facts".StartsWith(options.Only, StringComparison.Ordinal))
            await Facts.PrintAsync(options);
    }

    /// <summary>What the machine can do, without a server: a body and a commit of usual sizes.</summary>
    public async Task CeilingsAsync()
    {
        const int UsualBody = 400;
        Table.Head();
        using (var directory = new TempDirectory())
        {
            await using var ceiling = await CeilingServer.StartAsync(new byte[UsualBody], directory);
            foreach (var connections in options.Connections)
            {
                Table.Row("bare Kestrel", connections, await LoadAsync(ceiling.EndPoint, Plain("/bare", connections)), null);
                Table.Row("+ AES-GCM + durable record", connections, await LoadAsync(ceiling.EndPoint, Plain("/sealed", connections)), null);
            }
        }
        await using var empty = await Stage.EmptyAsync(options);
        await using var driver = await empty.OpenStorageAsync();
        foreach (var connections in options.Connections)
        {
            WrittenEntry[] written = [new(40, UsualBody, null), new(40, UsualBody, null)];
            var result = await DriverCommits.RunAsync(driver, written, connections, options.WarmUp, options.Duration);
            Table.Row($"{driver.Type} commits of 2 entries", connections, result, null);
        }
    }

    private async Task ReadAsync(Scenario scenario)
    {
        await using var stage = await Stage.StartAsync(options);
        var api = await scenario.PrepareOnAsync(stage.Server);
        var reply = (await api.SendAsync(scenario.Method, scenario.Path, null)).OrThrow();
        using var directory = new TempDirectory();
        await using var ceiling = await CeilingServer.StartAsync(System.Text.Encoding.UTF8.GetBytes(reply.Text), directory);
        foreach (var connections in options.Connections)
        {
            var bare = await LoadAsync(ceiling.EndPoint, Plain("/bare", connections));
            var durable = await LoadAsync(ceiling.EndPoint, Plain("/sealed", connections));
            var result = await LoadAsync(stage.EndPoint, scenario.Requests(api.Token!, connections));
            Table.Row("  bare Kestrel, same bytes", connections, bare, null);
            Table.Row("  + AES-GCM + durable record", connections, durable, null);
            Table.Row(scenario.Name, connections, result, durable.PerSecond);
        }
    }

    private async Task WriteAsync(Scenario scenario)
    {
        var results = new Dictionary<int, LoadResult>();
        IReadOnlyList<WrittenEntry> written;
        await using (var stage = await Stage.StartAsync(options))
        {
            var api = await scenario.PrepareOnAsync(stage.Server);
            foreach (var connections in options.Connections)
                results[connections] = await LoadAsync(stage.EndPoint, scenario.Requests(api.Token!, connections));
            await stage.Server.StopAsync();
            await using var storage = await stage.OpenStorageAsync();
            written = await DriverCommits.SeenAsync(storage);
        }
        Console.WriteLine($"  each {scenario.Name} commits {written.Count} entries, {written.Sum(w => w.ValueLength)} bytes");
        await using var empty = await Stage.EmptyAsync(options);
        await using var driver = await empty.OpenStorageAsync();
        foreach (var (connections, result) in results)
        {
            var ceiling = await DriverCommits.RunAsync(driver, written, connections, options.WarmUp, options.Duration);
            Table.Row($"  {driver.Type} commits alone", connections, ceiling, null);
            Table.Row(scenario.Name, connections, result, ceiling.PerSecond);
        }
    }

    private static IReadOnlyList<PreparedRequest> Plain(string path, int connections) =>
        [.. Enumerable.Range(0, connections).Select(c => new PreparedRequest("GET", path, null, null, c))];

    private Task<LoadResult> LoadAsync(IPEndPoint server, IReadOnlyList<PreparedRequest> requests) =>
        new LoadLoop(server, requests).RunAsync(options.WarmUp, options.Duration);
}
