using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>The kernel reports that a flush failed. What the disk holds is then unknown: the node serves nothing until it is restarted.</summary>
public sealed class FailedFlush
{
    [Fact]
    public async Task OfTheAuditLogStopsServiceUntilARestart()
    {
        await using var server = await CofferProcess.StartAsync(CofferOptions.Sqlite);
        await StopsServingAsync(server, Directory.GetFiles(server.AuditDirectory, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task OfTheStorageStopsServiceUntilARestart()
    {
        await using var server = await CofferProcess.StartAsync(CofferOptions.Sqlite);
        await StopsServingAsync(server, Directory.GetFiles(server.Directory, "coffer.db*"));
    }

    private static async Task StopsServingAsync(CofferProcess server, string[] files)
    {
        (await server.Root.WriteAsync("before", new JsonObject { ["a"] = "1" })).OrThrow();
        await FailFlushesAsync(server, files, async () =>
        {
            var answer = await server.Root.WriteAsync("during", new JsonObject { ["a"] = "2" });
            Assert.False(answer.IsSuccess, "a write was acknowledged whose flush had failed");
        });

        // The disk works again, but what it holds is unknown.
        for (var i = 0; i < 20; i++)
        {
            Assert.False((await server.Root.WriteAsync($"later/{i}", new JsonObject { ["a"] = "3" })).IsSuccess);
            Assert.False((await server.Root.ReadAsync("before")).IsSuccess);
        }
        Assert.NotEqual(HttpStatusCode.OK, (await server.Anonymous.GetAsync("sys/health")).Status);
        await server.KillAsync();
        await server.StartAgainAsync();
        Assert.Equal("1", (await server.Root.ReadAsync("before")).OrThrow().String("data.data.a"));
        (await server.Root.WriteAsync("after", new JsonObject { ["a"] = "4" })).OrThrow();
    }

    /// <summary>strace answers the system calls on these files itself, with EIO.</summary>
    private static async Task FailFlushesAsync(CofferProcess server, string[] files, Func<Task> during)
    {
        Assert.NotEmpty(files);
        var start = new ProcessStartInfo(
            "strace",
            [
                "-f", "-q", "-o", "/dev/null", .. files.SelectMany(f => (string[])["-P", f]),
                "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO", "-p", $"{server.ProcessId}",
            ]);
        using var strace = Process.Start(start)!;
        await Task.Delay(TimeSpan.FromSeconds(1));
        try
        {
            await during();
        }
        finally
        {
            strace.Send(Signals.Interrupt);
            await strace.WaitForExitAsync();
        }
    }
}
