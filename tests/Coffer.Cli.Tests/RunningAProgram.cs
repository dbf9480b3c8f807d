using System.Diagnostics;
using Coffer.TestKit;

namespace Coffer.Cli.Tests;

/// <summary><c>coffer run</c> with real programs, signals and exit codes.</summary>
public sealed class RunningAProgram : IDisposable
{
    private const string Envelope = """{"request_id":"r","lease_id":"LEASE","renewable":false,"lease_duration":60,"data":DATA,"wrap_info":null,"warnings":null,"auth":null}""";

    private readonly CannedServer _server = new(Answer);
    private readonly Shell _shell;

    public RunningAProgram() => _shell = new Shell(_server.Address, "hvs.mine");

    public void Dispose()
    {
        _shell.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task MapsFieldsIntoItsEnvironment()
    {
        ShellResult result = await _shell.RunAsync("coffer run --map secret/app=APP_ -- env");
        Assert.Contains("APP_PASSWORD=s3cret\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("APP_DB_PORT=5432\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task ResolvesReferencesOfAnEnvironmentFile()
    {
        await File.WriteAllTextAsync(_shell.Home.File("app.env"), """
            # a comment
            export PASSWORD=coffer://secret/app#password
            PORT="vault:secret/app#db-port"
            PLAIN='as it is' # said so

            """, TestContext.Current.CancellationToken);
        ShellResult result = await _shell.RunAsync("coffer run -env-file=app.env -- sh -c 'echo \"$PASSWORD|$PORT|$PLAIN\"'");
        Assert.Equal(("s3cret|5432|as it is\n", ""), (result.Output, result.Errors));
    }

    [Fact]
    public async Task GetsOnlyTheNamesAskedFor()
    {
        ShellResult result = await _shell.RunAsync("coffer run -map=secret/app -only=PASSWORD -- sh -c 'echo $PASSWORD$DB_PORT'");
        Assert.Equal("s3cret\n", result.Output);
        result = await _shell.RunAsync("coffer run -map=secret/app -only=NOPE -- true");
        Assert.Equal((1, "Error: -only names NOPE, which neither -map nor -env-file gives.\n"), (result.ExitCode, result.Errors));
    }

    [Fact]
    public async Task KeepsTheRestOfTheEnvironmentButNotTheToken()
    {
        _shell["VAULT_TOKEN"] = "hvs.vaults";
        _shell["OTHER"] = "kept";
        ShellResult result = await _shell.RunAsync("coffer run -- env");
        Assert.Contains("OTHER=kept\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hvs.", result.Output, StringComparison.Ordinal);
        result = await _shell.RunAsync("coffer run -pass-token -- env");
        Assert.Contains("COFFER_TOKEN=hvs.mine\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("VAULT_TOKEN=hvs.mine\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("leased")]
    public async Task PassesItsExitCodeOn(string mount)
    {
        Assert.Equal(42, (await _shell.RunAsync($"coffer run -map={mount}/app -- sh -c 'exit 42'")).ExitCode);
        Assert.Equal(128 + 15, (await _shell.RunAsync($"coffer run -map={mount}/app -- sh -c 'kill -TERM $$'")).ExitCode);
    }

    [Fact]
    public async Task IsNotThere()
    {
        ShellResult result = await _shell.RunAsync("coffer run -- no-such-program");
        Assert.Equal((127, "Error: no-such-program: there is no such program.\n"), (result.ExitCode, result.Errors));
        await File.WriteAllTextAsync(_shell.Home.File("text"), "not a program", TestContext.Current.CancellationToken);
        Assert.Equal(126, (await _shell.RunAsync("coffer run -- ./text")).ExitCode);
    }

    [Fact]
    public async Task NeverStartsWithoutItsSecrets()
    {
        ShellResult result = await _shell.RunAsync("coffer run -map=secret/none -- touch started");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("There is no secret at secret/none", result.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(_shell.Home.File("started")));
    }

    [Fact]
    public async Task GetsStandardInputAndItsOwnArguments()
    {
        ShellResult result = await _shell.RunAsync("coffer run -- sh -c 'cat; echo \"$@\"' sh -map=x --help -- '*'", "from a pipe\n");
        Assert.Equal("from a pipe\n-map=x --help -- *\n", result.Output);
    }

    [Fact]
    public async Task EndsWhenItsReaderGoes()
    {
        // "yes" ends by SIGPIPE only if it was not left ignored.
        ShellResult result = await _shell.RunAsync("(coffer run -- yes; echo $? >&2) | head -1");
        Assert.Equal(("y\n", "141\n"), (result.Output, result.Errors));
    }

    [Theory]
    [InlineData("secret", 2, "INT")]
    [InlineData("secret", 15, "TERM")]
    [InlineData("leased", 1, "HUP")]
    [InlineData("leased", 2, "INT")]
    [InlineData("leased", 15, "TERM")]
    [InlineData("leased", 10, "USR1")]
    public async Task GetsSignals(string mount, int number, string name)
    {
        using Process process = _shell.Start($"exec coffer run -map={mount}/app -- sh -c 'trap \"echo got {name}; exit 7\" {name}; echo ready; while :; do sleep 0.05; done'");
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        process.Send(number);
        Assert.Equal("got " + name, await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(7, process.ExitCode);
    }

    [Fact]
    public async Task TakesCoffersPlaceWhenNothingIsToBeCleanedUp()
    {
        ShellResult result = await _shell.RunAsync("sh -c 'echo $$; exec coffer run -map=secret/app -- sh -c \"echo \\$\\$\"'");
        string[] ids = result.Output.Split('\n');
        Assert.Equal(ids[0], ids[1]);
    }

    [Fact]
    public async Task LeavesNoLeaseBehind()
    {
        ShellResult result = await _shell.RunAsync("coffer run -map=leased/app=X_ -- sh -c 'echo $X_PASSWORD; exit 3'");
        Assert.Equal((3, "made\n"), (result.ExitCode, result.Output));
        CannedRequest last = _server.Requests[^1];
        Assert.Equal("/v1/sys/leases/revoke", last.Target);
        Assert.Contains("\"leased/app/abc\"", last.Body, StringComparison.Ordinal);
    }

    private static CannedReply Answer(CannedRequest request) => request.Target switch
    {
        "/v1/sys/internal/ui/mounts/leased/app" => new(200, """{"request_id":"r","data":{"path":"leased/","options":null,"type":"database"}}"""),
        var target when target.StartsWith("/v1/sys/internal/ui/mounts/", StringComparison.Ordinal) =>
            new(200, """{"request_id":"r","data":{"path":"secret/","options":{"version":"2"},"type":"kv"}}"""),
        "/v1/secret/data/app" => Reply("", """{"data":{"password":"s3cret","db-port":5432},"metadata":{"version":1}}"""),
        "/v1/leased/app" => Reply("leased/app/abc", """{"password":"made"}"""),
        "/v1/sys/leases/revoke" => new(204),
        _ => new(404, """{"errors":[]}"""),
    };

    private static CannedReply Reply(string lease, string data) =>
        new(200, Envelope.Replace("LEASE", lease, StringComparison.Ordinal).Replace("DATA", data, StringComparison.Ordinal));
}
