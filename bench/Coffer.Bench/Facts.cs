using System.Diagnostics;
using System.Globalization;
using Coffer.Bench.Load;
using Coffer.TestKit;

namespace Coffer.Bench;

/// <summary>Single numbers below the table: memory, starts, flushes.</summary>
internal static class Facts
{
    public static async Task PrintAsync(Options options)
    {
        await using var stage = await Stage.StartAsync(options);
        var scenario = Scenario.All[0];
        var api = await scenario.PrepareOnAsync(stage.Server);
        await stage.Server.StopAsync();
        await stage.Server.StartAgainAsync();
        (await api.GetAsync(scenario.Path)).OrThrow();
        await Task.Delay(TimeSpan.FromSeconds(3));
        Table.Fact("resident memory, idle after a restart", $"{Memory.Resident(stage.Server.ProcessId)} MB");
        await FlushesAsync(stage, api);
        await LoadLoopAsync(stage, api, scenario, options);
        Table.Fact("resident memory after load at 128 connections", $"{Memory.Resident(stage.Server.ProcessId)} MB");
        await UnsealAsync(stage, api, scenario);
        if (options.Million)
            await MillionAsync(options);
    }

    /// <summary>A start with many stored tokens and leases: nothing of them is loaded.</summary>
    private static async Task MillionAsync(Options options)
    {
        const int Count = 1_000_000;
        await using var stage = await Stage.StartAsync(options);
        var scenario = Scenario.All[0];
        var api = await scenario.PrepareOnAsync(stage.Server);
        var seeding = Stopwatch.StartNew();
        await Seeding.FillAsync(stage, Count);
        Table.Fact($"stored {Count:N0} tokens and as many leases", $"{seeding.Elapsed.TotalSeconds:F0} s");
        var clock = Stopwatch.StartNew();
        await stage.Server.StartAgainAsync();
        (await api.GetAsync(scenario.Path)).OrThrow();
        Table.Fact("start to ready with them", $"{clock.ElapsedMilliseconds} ms");
        await Task.Delay(TimeSpan.FromSeconds(3));
        Table.Fact("resident memory with them, idle", $"{Memory.Resident(stage.Server.ProcessId)} MB");
    }

    private static Task LoadLoopAsync(Stage stage, CofferApi api, Scenario scenario, Options options) =>
        new LoadLoop(stage.EndPoint, scenario.Requests(api.Token!, 128)).RunAsync(options.WarmUp, options.Duration);

    /// <summary>Flushes to the disk for one request at a time, as the kernel sees them.</summary>
    private static async Task FlushesAsync(Stage stage, CofferApi api)
    {
        if (!File.Exists("/usr/bin/strace"))
        {
            Table.Fact("flushes a request at 1 connection", "needs strace");
            return;
        }
        const int Requests = 100;
        foreach (var scenario in Scenario.All.Where(s => s.Name is "kv read" or "kv write" or "token create"))
        {
            var trace = Path.Combine(stage.Directory, "flushes.trace");
            using var strace = Process.Start(new ProcessStartInfo(
                "strace", ["-f", "-q", "-e", "trace=fsync,fdatasync", "-o", trace, "-p", $"{stage.Server.ProcessId}"]))!;
            await Task.Delay(TimeSpan.FromSeconds(1));
            for (var i = 0; i < Requests; i++)
            {
                var body = scenario.Body?.Replace(PreparedRequest.Counter, $"{i:D16}", StringComparison.Ordinal);
                var path = scenario.Path.Replace(PreparedRequest.Key, $"{i:D4}", StringComparison.Ordinal);
                (await api.SendAsync(scenario.Method, path, body is null ? null : System.Text.Json.Nodes.JsonNode.Parse(body))).OrThrow();
            }
            strace.Send(Signals.Interrupt);
            await strace.WaitForExitAsync();
            var flushes = File.ReadLines(trace).Count(l => l.Contains("sync(", StringComparison.Ordinal));
            Table.Fact($"flushes a {scenario.Name} at 1 connection", (flushes / (double)Requests).ToString("F2", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>From the last unseal key to the first secret read.</summary>
    private static async Task UnsealAsync(Stage stage, CofferApi api, Scenario scenario)
    {
        (await stage.Server.Root.PutAsync("sys/seal")).OrThrow();
        var clock = Stopwatch.StartNew();
        await stage.Server.UnsealAsync();
        (await api.GetAsync(scenario.Path)).OrThrow();
        Table.Fact("unseal to first request, same process", $"{clock.ElapsedMilliseconds} ms");
        await stage.Server.StopAsync();
        await stage.Server.StartSealedAsync();
        clock.Restart();
        await stage.Server.UnsealAsync();
        (await api.GetAsync(scenario.Path)).OrThrow();
        Table.Fact("unseal to first request, new process", $"{clock.ElapsedMilliseconds} ms");
    }
}
