using Coffer.Core.Identity;
using Coffer.Core.Leases;
using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Coffer.Core.Tokens;

namespace Coffer.Modules.Tests.Regressions;

/// <summary>Others' mistakes with identities, tokens and leases.</summary>
public sealed class IdentityAndTokens
{
    private readonly Lender lender = new();

    /// <summary>An alias of one mount, or its metadata, was taken for that of another mount.</summary>
    [Fact]
    public async Task CVE_2022_40186_AliasesOfDifferentMountsAreDifferentPeople()
    {
        await using var vault = await lender.WithLenderAsync();
        var store = new EntryStore(vault.Storage, vault.Vault.Barrier);
        var entities = new EntityStore(store, TimeProvider.System);
        var transaction = new Transaction(store);
        var first = await entities.ByAliasAsync(transaction, NamespaceId.Root, "auth_a_1", "ann");
        var second = await entities.ByAliasAsync(transaction, NamespaceId.Root, "auth_b_2", "ann");
        var again = await entities.ByAliasAsync(transaction, NamespaceId.Root, "auth_a_1", "ann");
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(first.Id, again.Id);
    }

    /// <summary>A template that named a mount was filled with the first alias at hand, whatever mount it was of.</summary>
    [Fact]
    public async Task GHSA_pfmw_ATemplateOfAnotherMountIsNotFilled()
    {
        await using var vault = await lender.WithLenderAsync();
        await vault.MountAsync("secret", "kv");
        await vault.WriteAsync("secret/ann", """{"a":"1"}""");
        var policy = """{"policy":"path \"secret/{{identity.entity.aliases.auth_other_1.name}}\" { capabilities = [\"read\"] }"}""";
        Assert.Equal(204, (await vault.WriteAsync("sys/policies/acl/own", policy)).Status);
        await vault.WriteAsync("auth/token/roles/own", """{"allowed_policies":["own"],"allowed_entity_aliases":["ann"]}""");
        var token = (await vault.CreateAsync("""{"entity_alias":"ann"}""", path: "auth/token/create/own")).ClientToken;
        Assert.Equal(403, (await vault.ReadAsync("secret/ann", token)).Status);
    }

    /// <summary>A token or lease that was renewed in its last second was granted no time, which was taken for "for ever".</summary>
    [Fact]
    public async Task CVE_2021_32923_ARenewalInTheLastSecondGivesNoEternity()
    {
        var clock = Steps.Clock();
        await using var vault = await lender.WithLenderAsync(clock);
        var token = (await vault.CreateAsync("""{"ttl":"10s","explicit_max_ttl":"10s","policies":["default"]}""")).ClientToken;
        var lease = await vault.BorrowAsync("loan?ttl=10s&max_ttl=10s");
        clock.Advance(TimeSpan.FromSeconds(9.7));
        var renewed = await vault.CreateAsync("", token, "auth/token/renew-self");
        Assert.InRange(renewed.LeaseDuration, TimeSpan.Zero, TimeSpan.FromSeconds(0.3));
        Assert.Equal(200, (await vault.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{lease}}"}""")).Status);
        Assert.True(await vault.AcceptsAsync(token));
        clock.Advance(TimeSpan.FromSeconds(0.3));
        Assert.False(await vault.AcceptsAsync(token));
        await Eventually.HoldsAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(lender.Undone.Count == 1);
        });
    }

    /// <summary>A lease made with a batch token lived on after the token.</summary>
    [Fact]
    public async Task CVE_2020_25816_ALeaseDoesNotOutliveItsBatchToken()
    {
        var clock = Steps.Clock();
        await using var vault = await lender.WithLenderAsync(clock);
        var maker = await vault.TokenAsync(Steps.Everything);
        var batch = await vault.ChildAsync(maker, """{"type":"batch","ttl":"60s"}""");
        var lease = await vault.ReadAsync("lender/lend/loan?ttl=5h", batch);
        Assert.Equal(TimeSpan.FromSeconds(60), lease.LeaseBlock!.Duration);
        clock.Advance(TimeSpan.FromSeconds(30));
        var renewed = await vault.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{lease.LeaseBlock.Id}}","increment":"5h"}""");
        Assert.Equal(TimeSpan.FromSeconds(30), renewed.LeaseBlock!.Duration);
        clock.Advance(TimeSpan.FromSeconds(30));
        await Eventually.HoldsAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(lender.Undone.Count == 1);
        });
    }

    /// <summary>Leases and tokens of another namespace could be renewed and revoked by their ids (also CVE-2026-45808).</summary>
    [Fact]
    public async Task CVE_2026_40264_LeasesAndTokensAreOfTheirNamespaceOnly()
    {
        await using var vault = await lender.WithLenderAsync();
        var lease = await vault.BorrowAsync("loan");
        var made = await vault.CreateAsync("""{"policies":["default"]}""");
        var store = new EntryStore(vault.Storage, vault.Vault.Barrier);
        var tokens = new TokenStore(store, SystemTtls.Vault, TimeProvider.System);
        var transaction = new Transaction(store);
        Assert.NotNull(await LeaseStore.ReadAsync(transaction, NamespaceId.Root, lease));
        Assert.Null(await LeaseStore.ReadAsync(transaction, new NamespaceId(7), lease));
        Assert.NotNull(await tokens.ReadByAccessorAsync(transaction, NamespaceId.Root, made.Accessor));
        Assert.Null(await tokens.ReadByAccessorAsync(transaction, new NamespaceId(7), made.Accessor));
        Assert.Null(await tokens.FindAsync(new NamespaceId(7), made.ClientToken, CancellationToken.None));
    }

    /// <summary>A login that was answered with an error had made a token all the same.</summary>
    [Fact]
    public async Task CVE_2026_46405_ARefusalMintsNoToken()
    {
        await using var vault = await lender.WithLenderAsync();
        var before = (await vault.TokensAsync(), await vault.CountAsync("token/"));
        var refused = await vault.WriteAsync("lender/login", """{"fail":true}""", token: null);
        Assert.Equal(400, refused.Status);
        Assert.Null(refused.AuthBlock);
        Assert.Equal(before, (await vault.TokensAsync(), await vault.CountAsync("token/")));
        Assert.NotNull((await vault.WriteAsync("lender/login", "", token: null)).AuthBlock);
    }

    /// <summary>A secret that was sent in the wrong place came back in the error.</summary>
    [Theory]
    [InlineData("secret/data/x", """{"data":"hunter2"}""")]
    [InlineData("secret/data/x", """{"data":{"a":"b"},"options":{"cas":"hunter2"}}""")]
    [InlineData("secret/data/x", """{"data":{"a":"hunter2" """)]
    [InlineData("auth/token/create", """{"ttl":"hunter2"}""")]
    [InlineData("auth/token/create", """{"meta":"hunter2"}""")]
    [InlineData("auth/token/lookup", """{"token":"hunter2"}""")]
    [InlineData("sys/wrapping/unwrap", """{"token":"hunter2"}""")]
    public async Task CVE_2025_4166_NoErrorEchoesWhatWasSent(string path, string body)
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        Assert.Equal(204, (await vault.WriteAsync("sys/mounts/secret", """{"type":"kv","options":{"version":"2"}}""")).Status);
        var reply = await vault.WriteAsync(path, body);
        Assert.True(reply.IsRefusal, $"{reply.Status}");
        Assert.DoesNotContain("hunter2", string.Join(' ', reply.Errors.Concat(reply.Warnings)), StringComparison.Ordinal);
    }
}
