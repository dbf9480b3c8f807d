using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>What an auditor's <c>coffer audit verify</c> says, with a memory of its own of the keys and checkpoints it has seen.</summary>
internal sealed class AuditTrail : IDisposable
{
    private readonly TempDirectory home = new();

    /// <summary>An auditor who has seen the server once.</summary>
    public static async Task<AuditTrail> RememberAsync(CofferProcess server)
    {
        var trail = new AuditTrail();
        await trail.SeeAsync(server);
        return trail;
    }

    /// <summary>Compares the server's checkpoint with the one seen before, and remembers it.</summary>
    public async Task SeeAsync(CofferProcess server) =>
        (await RunAsync(["audit", "verify"], server.Address.ToString().TrimEnd('/'), server.RootToken)).OrThrow();

    /// <summary>The files of a log, read without the server; the last line says how it stands.</summary>
    public Task<CommandResult> ReadAsync(string directory) => RunAsync(["audit", "verify", directory], null, null);

    public async Task VerifyAsync(string directory)
    {
        var result = await ReadAsync(directory);
        Assert.True(result.Status == 0, result.Output);
        Assert.Contains("Intact", result.Output, StringComparison.Ordinal);
    }

    /// <summary>The log is found to be changed, and the finding says where.</summary>
    public async Task<string> AssertDamagedAsync(string directory)
    {
        var result = await ReadAsync(directory);
        Assert.True(result.Status != 0, "the damage was not seen: " + result.Output);
        return result.Output;
    }

    public void Dispose() => home.Dispose();

    private Task<CommandResult> RunAsync(string[] arguments, string? address, string? token) =>
        Command.RunAsync(Repository.CommandLine, arguments, environment: new Dictionary<string, string?>
        {
            ["HOME"] = home.Path,
            ["XDG_CONFIG_HOME"] = null,
            ["XDG_STATE_HOME"] = null,
            ["XDG_DATA_HOME"] = null,
            ["VAULT_ADDR"] = address,
            ["VAULT_TOKEN"] = token,
        });
}
