using System.Net;
using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>The file system of the storage is full; the audit log has one of its own.</summary>
public sealed class FullStorage
{
    [Fact]
    public async Task RefusesWritesWithTheReasonAndGoesOnReading()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 48);
        using var audit = new TempDirectory();
        await using var server = await CofferProcess.StartAsync(CofferOptions.Sqlite with { Directory = disk.Path, AuditDirectory = audit.Path });
        (await server.Root.WriteAsync("before", new JsonObject { ["a"] = "1" })).OrThrow();

        disk.Fill();
        var refusal = await WriteUntilRefusedAsync(server);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        Assert.Contains("full", refusal.Text, StringComparison.Ordinal);
        Assert.Equal("1", (await server.Root.ReadAsync("before")).OrThrow().String("data.data.a"));
        (await server.Root.GetAsync("auth/token/lookup-self")).OrThrow();
        Assert.Equal(HttpStatusCode.OK, (await server.Anonymous.GetAsync("sys/health")).Status);

        disk.Free();
        await Eventually.HoldsAsync(async () => (await server.Root.WriteAsync("after", new JsonObject { ["a"] = "2" })).IsSuccess);
        Assert.Equal("1", (await server.Root.ReadAsync("before")).OrThrow().String("data.data.a"));
    }

    /// <summary>Space that the database already has may take some writes.</summary>
    private static async Task<CofferAnswer> WriteUntilRefusedAsync(CofferProcess server)
    {
        for (var i = 0; i < 500; i++)
        {
            var answer = await server.Root.WriteAsync($"fill/{i}", new JsonObject { ["a"] = new string('x', 100_000) });
            if (!answer.IsSuccess)
                return answer;
        }
        throw new InvalidOperationException("nothing was refused");
    }
}
