using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;
using System.Text;
using Coffer.Core.Requests;
using Coffer.Core.Seals;
using Coffer.Modules.Storage.PostgreSql;
using Coffer.Modules.Tests.Architecture;
using Coffer.Modules.Tests.Storage;

namespace Coffer.Modules.Tests.Regressions;

/// <summary>Others' mistakes that let strangers exhaust a server, and others about cryptography and engines.</summary>
public sealed class DenialOfServiceAndCrypto(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    /// <summary>A body was parsed before the rate limit was looked at, so a limited client still cost much (also CVE-2025-12044).</summary>
    [Fact]
    public async Task CVE_2025_6203_ALimitedRequestIsNotParsed()
    {
        await using var vault = await TestVault.OpenAsync(Steps.Clock(), BuiltIn.Engines);
        Assert.Equal(204, (await vault.WriteAsync("sys/quotas/rate-limit/all", """{"rate":1}""")).Status);
        const string broken = "{{{";
        var first = await vault.SendAsync(Operation.Update, "auth/token/create", broken);
        Assert.Equal(400, first.Status);
        Assert.Equal(429, (await vault.SendAsync(Operation.Update, "auth/token/create", broken)).Status);
        Assert.Equal(429, (await vault.SendAsync(Operation.Update, "auth/token/create", Deep(), token: "hvs.none")).Status);
    }

    /// <summary>A body of deeply nested JSON exhausted the stack or the memory.</summary>
    [Fact]
    public async Task CVE_2025_12044_DeepJsonIsRefusedCheaply()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        var body = Deep();
        var time = Stopwatch.StartNew();
        for (var i = 0; i < 20; i++) Assert.Equal(400, (await vault.SendAsync(Operation.Update, "auth/token/create", body)).Status);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    /// <summary>Each policy check left something in memory.</summary>
    [Fact]
    public async Task CVE_2023_5954_PolicyChecksOfManyPathsLeaveNothing()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        var token = await vault.TokenAsync("""path "secret/+/x/*" { capabilities = ["read"] allowed_parameters = { "a" = ["b"] } }""");
        await AskAsync(0, 500);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await AskAsync(500, 4500);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 << 20);

        async Task AskAsync(int from, int to)
        {
            for (var i = from; i < to; i++) Assert.Equal(403, (await vault.ReadAsync($"secret/{new string('a', 500)}{i}/y", token)).Status);
        }
    }

    /// <summary>Joining a cluster cost memory without a token.</summary>
    [Theory]
    [InlineData("sys/storage/raft/join")]
    [InlineData("sys/storage/raft/bootstrap/answer")]
    [InlineData("sys/storage/raft/bootstrap/challenge")]
    public async Task CVE_2024_8185_NothingIsJoinedWithoutAToken(string path)
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        Assert.Equal(403, (await vault.WriteAsync(path, "{}", token: null)).Status);
    }

    /// <summary>Anybody could cancel a rekey in progress, again and again.</summary>
    [Fact]
    public async Task CVE_2026_5807_ARekeyIsCancelledWithItsNonceOnly()
    {
        await using var vault = await Seals.Vault.CreateAsync();
        await vault.SubmitAsync(await vault.InitializeAsync(3, 2));
        var started = await vault.Keys.StartRekeyAsync(recovery: false, 3, 2, verify: false);
        Assert.Null(started.Refusal);
        foreach (var nonce in (string?[])[null, "", "0", started.Value!.Nonce + "0"])
            Assert.NotNull((await vault.Keys.CancelRekeyAsync(recovery: false, nonce, privileged: false)).Refusal);
        Assert.Equal("", (await vault.Keys.RekeyStatusAsync(recovery: false, privileged: false)).Value!.Nonce);
        Assert.Null((await vault.Keys.CancelRekeyAsync(recovery: false, started.Value.Nonce, privileged: false)).Refusal);
    }

    /// <summary>Shamir's arithmetic looked up tables by secret bytes, which a cache betrays. Here it has no table and no branch on data.</summary>
    [Fact]
    public void CVE_2023_25000_ShamirsFieldHasNeitherTablesNorBranchesOnSecrets()
    {
        Assert.DoesNotContain(typeof(Shamir).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic), f => !f.IsLiteral);
        foreach (var (name, loops) in (ReadOnlySpan<(string, int)>)[("Multiply", 1), ("Invert", 1)])
        {
            var method = typeof(Shamir).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;
            var code = Il.Read(method).ToList();
            Assert.DoesNotContain(code, i => i.Code.Name!.StartsWith("ldelem", StringComparison.Ordinal) || i.Code == OpCodes.Ldsfld || i.Code == OpCodes.Ldsflda);
            Assert.DoesNotContain(code, i => i.Code == OpCodes.Switch || i.Code == OpCodes.Div || i.Code == OpCodes.Rem);
            Assert.Equal(loops, code.Count(i => i.Code.FlowControl == FlowControl.Cond_Branch));
        }
    }

    /// <summary>A name was put into SQL without quoting.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CVE_2026_39946_NamesAreDataForBothDatabases(bool shared)
    {
        var storage = shared
            ? await PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = (await postgres.Server.CreateDatabaseAsync()).ToString(), MaxParallel = 4 })
            : null;
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines, storage: storage);
        await vault.MountAsync("secret", "kv");
        string[] names = ["'; DROP TABLE entries; --", "\" OR 1=1 --", "%", "_", "a%b", "\\", "$1", "@p0", "é'ß", "x' || pg_sleep(5) || '"];
        for (var i = 0; i < names.Length; i++) Assert.Equal(204, (await vault.WriteAsync($"secret/{names[i]}", $$"""{"n":"{{i}}"}""")).Status);
        for (var i = 0; i < names.Length; i++) Assert.Equal($"{i}", (await vault.ReadAsync($"secret/{names[i]}")).Json().Text("n"));
        var listed = (await vault.ListAsync("secret")).Json().GetProperty("keys").Strings();
        Assert.Equal(names.OrderBy(n => Convert.ToHexString(Encoding.UTF8.GetBytes(n)), StringComparer.Ordinal), listed);
        Assert.Equal(204, (await vault.DeleteAsync("secret/%")).Status);
        Assert.Equal(200, (await vault.ReadAsync("secret/_")).Status);
    }

    /// <summary>A certificate without principals was good for every user. No certificates are made yet, and a role for them is refused.</summary>
    [Fact]
    public async Task CVE_2024_7594_NoSshRoleMakesCertificates()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        await vault.MountAsync("ssh", "ssh");
        Assert.Equal(400, (await vault.WriteAsync("ssh/roles/r", """{"key_type":"ca","default_user":"ubuntu"}""")).Status);
        Assert.True((await vault.WriteAsync("ssh/sign/r", """{"public_key":"x"}""")).IsRefusal);
    }

    private static string Deep() => string.Concat(Enumerable.Repeat("{\"a\":", 20_000)) + "1" + new string('}', 20_000);
}
