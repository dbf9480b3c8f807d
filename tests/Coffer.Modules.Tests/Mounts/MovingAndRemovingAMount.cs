using Coffer.Core.Cluster;
using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Storage;
using Coffer.Core.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Modules.Tests.Mounts;

public sealed class MovingAndRemovingAMount
{
    private const int Loans = 150;
    private readonly Lender lender = new();

    [Fact]
    public async Task ARemovedOneTakesItsLeasesAndEntriesAlong()
    {
        await using var vault = await FilledAsync(null);
        var uuid = await UuidAsync(vault);
        Assert.Equal(204, (await vault.DeleteAsync("sys/mounts/lender")).Status);
        await GoneAsync(vault, uuid);
        Assert.Equal(404, (await vault.ReadAsync("lender/keep/x")).Status);
        await vault.MountAsync("lender", "lender");
        Assert.Equal(404, (await vault.ReadAsync("lender/keep/x")).Status);
    }

    [Fact]
    public async Task ARemovalThatACrashInterruptedIsFinished()
    {
        var clock = Steps.Clock();
        await using var vault = await FilledAsync(clock);
        var uuid = await UuidAsync(vault);
        await vault.CrashAfterAsync(async (store, transaction) =>
        {
            var ttls = SystemTtls.Vault;
            var table = new MountTable(store, [.. BuiltIn.Engines, lender.Type]);
            await table.LoadAsync(CancellationToken.None);
            var leases = new LeaseStore(store, table, ttls, clock);
            var revoker = new TokenRevoker(store, new TokenStore(store, ttls, clock), leases, table);
            await using var node = new Node(store, clock, NullLogger.Instance);
            var removal = new MountRemoval(store, leases, revoker, node, clock);
            for (var i = 0; i < Loans / 3; i++) await removal.RevokeLeasesAsync(NamespaceId.Root, $"lender/lend/{i}/", force: false, CancellationToken.None);
            var mounts = await MountTable.ReadAsync(transaction);
            removal.Begin(transaction, mounts, mounts.Single(m => m.Path == "lender/"));
        });
        Assert.Equal(Loans / 3, lender.Undone.Count);
        Assert.Equal(404, (await vault.ReadAsync("lender/keep/x")).Status);
        await Eventually.HoldsAsync(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            return await vault.CountAsync("core/sweep/") == 0;
        });
        await GoneAsync(vault, uuid);
    }

    [Fact]
    public async Task AMovedOneKeepsItsEntriesAndEndsItsLeases()
    {
        await using var vault = await FilledAsync(null);
        Assert.Equal(204, (await vault.WriteAsync("sys/remount", """{"from":"lender","to":"team/lender"}""")).Status);
        Assert.Equal("1", (await vault.ReadAsync("team/lender/keep/x")).Json().Text("a"));
        Assert.Equal(404, (await vault.ReadAsync("lender/keep/x")).Status);
        Assert.Equal(Loans, lender.Undone.Count);
        Assert.Equal(0, await vault.LeasesAsync());
    }

    [Theory]
    [InlineData("sys/mounts/lender/below")]
    [InlineData("sys/mounts/auth/x")]
    [InlineData("sys/mounts/sys/x")]
    [InlineData("sys/mounts/coffer/x")]
    [InlineData("sys/mounts/a/../b")]
    [InlineData("sys/mounts/a*")]
    [InlineData("sys/mounts/a+b")]
    public async Task APathThatIsTakenOrOddIsRefused(string path)
    {
        await using var vault = await lender.WithLenderAsync();
        Assert.True((await vault.WriteAsync(path, """{"type":"kv"}""")).IsRefusal);
    }

    [Fact]
    public async Task OneOfManyThatMountTheSamePathWins()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        var answers = await Steps.RaceAsync(16, _ => vault.WriteAsync("sys/mounts/both", """{"type":"kv"}"""));
        Assert.Single(answers, a => a.Status == 204);
    }

    private async Task<TestVault> FilledAsync(TimeProvider? clock)
    {
        var vault = await lender.WithLenderAsync(clock);
        for (var i = 0; i < Loans; i++) await vault.BorrowAsync($"{i}");
        Assert.Equal(204, (await vault.WriteAsync("lender/keep/x", """{"a":"1"}""")).Status);
        return vault;
    }

    private static async Task<string> UuidAsync(TestVault vault) => (await vault.ReadAsync("sys/mounts/lender")).Json().Text("uuid")!;

    private async Task GoneAsync(TestVault vault, string uuid)
    {
        Assert.Equal(Loans, lender.Undone.Count);
        Assert.Equal(0, await vault.LeasesAsync());
        Assert.Equal(0, await vault.CountAsync($"mount/{uuid}/"));
        Assert.Equal(0, await vault.CountAsync("core/sweep/"));
    }
}
