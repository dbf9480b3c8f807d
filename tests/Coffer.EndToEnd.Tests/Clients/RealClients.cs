using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Clients;

/// <summary>Clients that people already use, each as it is installed, against a server as it ships. The scripts judge; this runs them.</summary>
public sealed class RealClients(RealClients.Server server) : IClassFixture<RealClients.Server>
{
    private static readonly string Folder = Repository.File("tests", "Coffer.EndToEnd.Tests", "Clients");

    [Fact]
    public Task HvacOfDebian() => PassesAsync("/usr/bin/python3", Path.Combine(Folder, "hvac", "client.py"));

    [Fact]
    public async Task NodeVault() => await PassesAsync("node", await NodeScriptAsync("node-vault.mjs"));

    [Fact]
    public async Task LitehexNodeVault() => await PassesAsync("node", await NodeScriptAsync("litehex.mjs"));

    [Theory]
    [InlineData("curl.sh")]
    [InlineData("external-secrets.sh")]
    [InlineData("terraform.sh")]
    [InlineData("gitlab-runner.sh")]
    public Task ShellScript(string name) => PassesAsync("sh", Path.Combine(Folder, "shell", name));

    private async Task PassesAsync(params string[] command)
    {
        var environment = new Dictionary<string, string?>
        {
            ["VAULT_ADDR"] = server.Coffer.Address.ToString().TrimEnd('/'),
            ["VAULT_TOKEN"] = server.Coffer.RootToken,
        };
        var result = await Command.RunAsync(command[0], command[1..], environment: environment);
        Assert.True(result.Status == 0, result.Output);
    }

    /// <summary>Installs the locked packages beside a copy of the scripts, so that nothing is written among the sources.</summary>
    private async Task<string> NodeScriptAsync(string name)
    {
        await server.Installing.WaitAsync();
        try
        {
            if (server.Node is null)
            {
                var copy = new TempDirectory();
                foreach (var file in Directory.GetFiles(Path.Combine(Folder, "node")))
                    File.Copy(file, copy.File(Path.GetFileName(file)));
                (await Command.RunAsync("npm", ["ci", "--no-audit", "--no-fund"], copy.Path)).OrThrow();
                server.Node = copy;
            }
            return server.Node.File(name);
        }
        finally
        {
            server.Installing.Release();
        }
    }

    /// <summary>One server for all clients: each keeps to paths of its own.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private CofferProcess? coffer;

        public CofferProcess Coffer => coffer!;

        public SemaphoreSlim Installing { get; } = new(1);

        public TempDirectory? Node { get; set; }

        public async ValueTask InitializeAsync() => coffer = await CofferProcess.StartAsync(CofferOptions.Sqlite);

        public async ValueTask DisposeAsync()
        {
            await Coffer.DisposeAsync();
            Node?.Dispose();
            Installing.Dispose();
        }
    }
}
