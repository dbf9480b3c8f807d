using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>The file system of the audit log is full: nothing is served that would have to stand in it.</summary>
public sealed class FullAudit
{
    private static readonly (string Method, string Path)[] Refused =
    [
        ("GET", "secret/data/app"), ("LIST", "secret/metadata"), ("GET", "auth/token/lookup-self"), ("POST", "auth/token/create"),
        ("GET", "sys/mounts"), ("POST", "secret/data/new"), ("GET", "nowhere/x"),
    ];

    [Fact]
    public async Task RefusesAllButHealthAndSealStatusAndMetrics()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 16);
        await using var server = await CofferProcess.StartAsync(CofferOptions.Sqlite with { AuditDirectory = disk.File("audit") });
        (await server.Root.WriteAsync("app", new JsonObject { ["a"] = "1" })).OrThrow();
        var token = await server.Root.TokenAsync();

        disk.Fill();
        var answered = await ReadUntilRefusedAsync(server);
        foreach (var (method, path) in Refused)
        {
            var body = method == "POST" ? new JsonObject { ["data"] = new JsonObject { ["a"] = "b" } } : null;
            var refusal = await server.Root.SendAsync(method, path, body);
            Assert.True(refusal.Status == HttpStatusCode.ServiceUnavailable, $"{method} {path}: {(int)refusal.Status} {refusal.Text}");
        }
        var anonymous = await server.Anonymous.GetAsync("secret/data/app");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, anonymous.Status);
        Assert.Equal(HttpStatusCode.OK, (await server.Anonymous.GetAsync("sys/health")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.Anonymous.GetAsync("sys/seal-status")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.Root.GetAsync("sys/metrics?format=prometheus")).Status);

        disk.Free();
        await Eventually.HoldsAsync(async () => (await server.Root.ReadAsync("app")).IsSuccess);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Root.ReadAsync("new")).Status);
        (await server.Api(token).GetAsync("auth/token/lookup-self")).OrThrow();
        await server.StopAsync();
        AssertAudited(disk.File("audit"), answered);
    }

    /// <summary>Reads of different paths until the log has no room; gives the paths that were answered.</summary>
    private static async Task<List<string>> ReadUntilRefusedAsync(CofferProcess server)
    {
        var answered = new List<string>();
        for (var i = 0; i < 50_000; i++)
        {
            var path = $"escapes/number-{i:D6}-";
            var answer = await server.Root.ReadAsync(path);
            if (answer.Status == HttpStatusCode.ServiceUnavailable)
                return answered;
            answered.Add(path);
        }
        throw new InvalidOperationException("nothing was refused");
    }

    /// <summary>No reply escaped: every path that was answered stands in the log's files.</summary>
    private static void AssertAudited(string directory, List<string> paths)
    {
        var log = new StringBuilder();
        foreach (var file in Directory.GetFiles(directory, "*", SearchOption.AllDirectories))
            log.Append(Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        var text = log.ToString();
        Assert.All(paths, path => Assert.Contains(path, text, StringComparison.Ordinal));
    }
}
