using System.Diagnostics;
using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.Server.Tests;

/// <summary>The program as it ships: exit statuses, the first start, kill and return, the end by signals.</summary>
public sealed class ServerProcess : IDisposable
{
    private readonly TempDirectory folder = new();
    private readonly int port = FreePort.Next();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task SaysWhatIsWrongAndEnds()
    {
        var unknown = await Command.RunAsync(Repository.Server, ["--confg=x"]);
        Assert.Equal((2, true), (unknown.Status, unknown.Output.Contains("did you mean --config?", StringComparison.Ordinal)));

        File.WriteAllText(folder.File("bad.hcl"), "ui = true\nstorage \"raft\" {}\n");
        var bad = await Command.RunAsync(Repository.Server, ["--check", "--config", folder.File("bad.hcl")]);
        Assert.Equal(1, bad.Status);
        Assert.Equal(3, bad.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        var good = await Command.RunAsync(Repository.Server, ["--check", "--config", Config()]);
        Assert.Equal((0, "The configuration is good.\n"), (good.Status, good.Output));
        Assert.Single(Directory.GetFileSystemEntries(folder.File("data")));
    }

    [Fact]
    public async Task InitialisesOnceAndReturnsAfterAKill()
    {
        var first = await StartAsync();
        var token = (await File.ReadAllTextAsync(folder.File("data/root-token"))).Trim();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("data/root-token")));
        using var api = new CofferApi(new Uri($"http://127.0.0.1:{port}"), token);
        (await api.PostAsync("secret/data/a", JsonNode.Parse("""{"data": {"k": "v"}}"""))).OrThrow();

        var other = await Command.RunAsync(Repository.Server, ["--dev", "--dev-no-store-token", $"--dev-listen-address=127.0.0.1:{port}"]);
        Assert.Equal(1, other.Status);
        Assert.Contains($"127.0.0.1:{port}: the address is already in use", other.Output, StringComparison.Ordinal);

        first.Kill();
        await first.WaitForExitAsync();
        using var second = await StartAsync();
        Assert.Equal("v", (await api.GetAsync("secret/data/a")).OrThrow().String("data.data.k"));
        Assert.Equal(token, (await File.ReadAllTextAsync(folder.File("data/root-token"))).Trim());

        second.Send(Signals.Hangup);
        Assert.True((await api.GetAsync("secret/data/a")).IsSuccess);
        second.Send(Signals.Terminate);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await second.WaitForExitAsync(limit.Token);
        Assert.Equal(0, second.ExitCode);
        first.Dispose();
    }

    private string Config()
    {
        Directory.CreateDirectory(folder.File("data"));
        var file = folder.File("data/coffer.hcl");
        File.WriteAllText(file, $$"""
            listener "tcp" {
              address     = "127.0.0.1:{{port}}"
              tls_disable = true
            }
            storage "sqlite" { path = "{{folder.File("data/coffer.db")}}" }
            seal "keyfile" { path = "{{folder.File("data/unseal.key")}}" }
            """);
        return file;
    }

    private async Task<Process> StartAsync()
    {
        var start = new ProcessStartInfo(Repository.Server, ["--config", Config(), "--init-to", folder.File("data")])
        {
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (!line.Contains(" serves ", StringComparison.Ordinal)) continue;
            _ = process.StandardError.ReadToEndAsync();
            return process;
        }
        throw new InvalidOperationException("cofferd did not start");
    }
}
