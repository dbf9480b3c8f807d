using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Formats.Transparency;
using Coffer.TestKit;

namespace Coffer.Cli.Tests;

/// <summary><c>coffer audit verify</c> against a server whose log goes on, or goes back.</summary>
public sealed class RememberingCheckpoints : IDisposable
{
    private const string Origin = "test/audit/node-1";

    private readonly CannedServer _server;
    private readonly Shell _shell;
    private string _reply = "";

    public RememberingCheckpoints()
    {
        _server = new CannedServer(_ => new(200, _reply));
        _shell = new Shell(_server.Address, "hvs.t");
    }

    public void Dispose()
    {
        _shell.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task ALogThatGrowsIsGood()
    {
        Offer(Signed(3, "a"));
        ShellResult first = await _shell.RunAsync("coffer audit verify");
        Assert.Equal(0, first.ExitCode);
        Assert.StartsWith($"Signed: {Origin}: 3 entries, seen for the first time", first.Output, StringComparison.Ordinal);
        Offer(Signed(5, "b"));
        Assert.Equal((0, $"Signed: {Origin}: 5 entries, 3 when last seen.\n"), Seen(await _shell.RunAsync("coffer audit verify")));
        ShellResult modes = await _shell.RunAsync("stat -c %a .config/coffer/checkpoints .config/coffer/checkpoints/*");
        Assert.Equal("700\n600\n600\n", modes.Output);
    }

    [Fact]
    public async Task ALogThatWentBackIsNot()
    {
        Offer(Signed(5, "a"));
        await _shell.RunAsync("coffer audit verify");
        Offer(Signed(4, "a"));
        Assert.Equal((2, $"DAMAGED: {Origin}: the server's log has 4 entries, but 5 were seen before.\n"), Seen(await _shell.RunAsync("coffer audit verify")));
        // What was remembered is not forgotten over a bad one.
        Assert.Equal(2, (await _shell.RunAsync("coffer audit verify")).ExitCode);
    }

    [Fact]
    public async Task ALogThatWasRewrittenIsNot()
    {
        Offer(Signed(5, "a"));
        await _shell.RunAsync("coffer audit verify");
        Offer(Signed(5, "b"));
        Assert.Equal((2, $"DAMAGED: {Origin}: the first 5 entries are not those that were seen before.\n"), Seen(await _shell.RunAsync("coffer audit verify")));
    }

    [Fact]
    public async Task AnotherKeyIsNot()
    {
        Offer(Signed(5, "a"));
        await _shell.RunAsync("coffer audit verify");
        Offer(Signed(6, "b", seed: 9));
        ShellResult result = await _shell.RunAsync("coffer audit verify");
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"DAMAGED: {Origin}: the checkpoint is not signed by the key that was seen before", result.Output, StringComparison.Ordinal);
    }

    private static (int, string) Seen(ShellResult result) => (result.ExitCode, result.Output);

    private void Offer((string Note, string Key) offered) => _reply = new JsonObject
    {
        ["request_id"] = "r",
        ["data"] = new JsonObject
        {
            ["checkpoints"] = new JsonArray(new JsonObject { ["origin"] = Origin, ["note"] = offered.Note, ["key"] = offered.Key }),
        },
    }.ToJsonString(new JsonSerializerOptions());

    private static (string Note, string Key) Signed(long size, string content, byte seed = 1)
    {
        using var signer = new NoteSigner(Origin, Enumerable.Repeat(seed, 32).ToArray());
        return (new Checkpoint(Origin, size, TreeHash.Leaf(System.Text.Encoding.UTF8.GetBytes(content))).Sign(signer), signer.Verifier.ToString());
    }
}
