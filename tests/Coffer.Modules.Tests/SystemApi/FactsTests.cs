using Coffer.Core;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Modules.Tests.SystemApi;

public sealed class FactsOfTheServer : IAsyncLifetime
{
    private TestVault vault = null!;

    public async ValueTask InitializeAsync() => vault = await TestVault.OpenAsync();

    public ValueTask DisposeAsync() => vault.DisposeAsync();

    [Fact]
    public async Task CountStoredTokens()
    {
        async Task<long> CountAsync() => (await vault.ReadAsync("sys/internal/counters/tokens")).Json()
            .GetProperty("counters").GetProperty("service_tokens").GetProperty("total").GetInt64();
        Assert.Equal(1, await CountAsync());
        await vault.WriteAsync("auth/token/create");
        Assert.Equal(2, await CountAsync());
        var entities = (await vault.ReadAsync("sys/internal/counters/entities")).Json().GetProperty("counters").GetProperty("entities");
        Assert.Equal(0, entities.GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task CountRequests()
    {
        await vault.ReadAsync("sys/mounts");
        var counter = (await vault.ReadAsync("sys/internal/counters/requests")).Json().GetProperty("counters")[0];
        Assert.Equal(1, counter.GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task ShowRequestsInFlight()
    {
        var shown = (await vault.ReadAsync("sys/in-flight-req")).Json().EnumerateObject().Single().Value;
        Assert.Equal("/v1/sys/in-flight-req", shown.Text("request_path"));
        Assert.Equal("GET", shown.Text("request_method"));
        Assert.Equal("127.0.0.1:0", shown.Text("client_remote_address"));
    }

    [Fact]
    public async Task ShowTheMachine()
    {
        var host = (await vault.ReadAsync("sys/host-info")).Json();
        Assert.Equal(Environment.MachineName, host.GetProperty("host").Text("hostname"));
        Assert.Equal(Environment.ProcessorCount, host.GetProperty("cpu_times").GetArrayLength());
        Assert.True(host.GetProperty("memory").GetProperty("total").GetInt64() > 1 << 20);
        Assert.NotEmpty(host.GetProperty("disk").EnumerateArray());
    }

    [Fact]
    public async Task RememberTheVersionsThatServed()
    {
        var history = (await vault.ListAsync("sys/version-history")).Json();
        Assert.Equal([ProductVersion.Current], history.GetProperty("keys").Strings());
        var installed = history.GetProperty("key_info").GetProperty(ProductVersion.Current).Text("timestamp_installed");
        await vault.Vault.SealAsync();
        await vault.UnsealAsync();
        history = (await vault.ListAsync("sys/version-history")).Json();
        Assert.Equal(installed, history.GetProperty("key_info").GetProperty(ProductVersion.Current).Text("timestamp_installed"));
    }

    [Fact]
    public async Task ListTheEngines()
    {
        var catalog = (await vault.ReadAsync("sys/plugins/catalog")).Json();
        Assert.Equal(["echo", "kv", "ssh"], catalog.GetProperty("secret").Strings().Intersect(["echo", "kv", "ssh", "cubbyhole"]));
        Assert.Contains("echo", (await vault.ListAsync("sys/plugins/catalog/secret")).Json().GetProperty("keys").Strings());
        Assert.True((await vault.ReadAsync("sys/plugins/catalog/secret/echo")).Json().GetProperty("builtin").GetBoolean());
        Assert.Equal(404, (await vault.ReadAsync("sys/plugins/catalog/secret/other")).Status);
        Assert.Equal(405, (await vault.WriteAsync("sys/plugins/catalog/secret/other", """{"command":"x","sha256":"y"}""")).Status);
    }

    [Fact]
    public async Task HaveNoFeatureFlagsAndNoUserInterfaceHeaders()
    {
        Assert.Equal("""{"feature_flags":[]}""", (await vault.ReadAsync("sys/internal/ui/feature-flags", token: null)).Json().GetRawText());
        Assert.Equal(404, (await vault.ReadAsync("sys/config/ui/headers")).Status);
    }

    [Fact]
    public async Task MountWhatCofferMakesItself()
    {
        var mounts = (await vault.ReadAsync("sys/mounts")).Json();
        Assert.Equal(["coffer/", "cubbyhole/", "identity/", "sys/"], mounts.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["Accept"], mounts.GetProperty("sys/").GetProperty("config").GetProperty("passthrough_request_headers").Strings());
        Assert.Equal(400, (await vault.DeleteAsync("sys/mounts/coffer")).Status);
        Assert.Equal(400, (await vault.WriteAsync("sys/mounts/other", """{"type":"coffer"}""")).Status);
    }

    [Fact]
    public async Task GiveAnOlderVaultItsOwnMountWhenItOpens()
    {
        var transaction = new Transaction(new EntryStore(vault.Storage, vault.Vault.Barrier));
        MountTable.Save(transaction, [.. (await MountTable.ReadAsync(transaction)).Where(m => m.Path != "coffer/")]);
        Assert.True((await transaction.CommitAsync()).Committed);
        await vault.Vault.SealAsync();
        await vault.UnsealAsync();
        Assert.True((await vault.ReadAsync("sys/mounts")).Json().TryGetProperty("coffer/", out _));
    }
}
