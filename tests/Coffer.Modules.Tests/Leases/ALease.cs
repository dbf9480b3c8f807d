using Microsoft.Extensions.Time.Testing;

namespace Coffer.Modules.Tests.Leases;

public sealed class ALease
{
    private readonly FakeTimeProvider clock = Steps.Clock();
    private readonly Lender lender = new();

    [Fact]
    public async Task IsUndoneWhenItsTimeHasCome()
    {
        await using var vault = await lender.WithLenderAsync(clock);
        var id = await vault.BorrowAsync("soon?ttl=60s");
        await vault.BorrowAsync("later?ttl=2h");
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.True((await vault.WriteAsync("sys/leases/lookup", Body(id))).IsRefusal);
        Assert.True((await vault.WriteAsync("sys/leases/renew", Body(id))).IsRefusal);
        await Eventually.HoldsAsync(() => Ticking(() => lender.Undone.Count > 0));
        Assert.Equal(["soon"], lender.Undone);
    }

    [Fact]
    public async Task IsUndoneAfterARestartToo()
    {
        await using var vault = await lender.WithLenderAsync(clock);
        await vault.BorrowAsync("loan?ttl=60s");
        await vault.Vault.SealAsync();
        clock.Advance(TimeSpan.FromHours(1));
        await vault.UnsealAsync();
        await Eventually.HoldsAsync(() => Ticking(() => lender.Undone.Count > 0));
    }

    [Fact]
    public async Task IsRenewedNoFurtherThanItsMaximum()
    {
        await using var vault = await lender.WithLenderAsync(clock);
        var id = await vault.BorrowAsync("loan?ttl=10m&max_ttl=25m");
        clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(TimeSpan.FromMinutes(10), (await vault.WriteAsync("sys/leases/renew", Body(id))).LeaseBlock!.Duration);
        clock.Advance(TimeSpan.FromMinutes(9));
        var last = await vault.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{id}}","increment":"5h"}""");
        Assert.Equal(TimeSpan.FromMinutes(7), last.LeaseBlock!.Duration);
        Assert.NotEmpty(last.Warnings);
        clock.Advance(TimeSpan.FromMinutes(7));
        Assert.True((await vault.WriteAsync("sys/leases/renew", Body(id))).IsRefusal);
    }

    [Theory]
    [InlineData("sys/leases/revoke")]
    [InlineData("sys/revoke")]
    public async Task IsRevokedAtOnceAndOnce(string path)
    {
        await using var vault = await lender.WithLenderAsync(clock);
        var id = await vault.BorrowAsync("loan");
        Assert.Equal(204, (await vault.WriteAsync(path, Body(id))).Status);
        Assert.Equal(["loan"], lender.Undone);
        Assert.Equal(204, (await vault.WriteAsync(path, Body(id))).Status);
        Assert.Equal(0, await vault.LeasesAsync());
        Assert.Equal(1, lender.Tries);
    }

    [Fact]
    public async Task IsRevokedWithAllBelowItsPrefix()
    {
        await using var vault = await lender.WithLenderAsync(clock);
        foreach (var name in (string[])["a", "b", "c"]) await vault.BorrowAsync(name);
        Assert.Equal(204, (await vault.WriteAsync("sys/leases/revoke-prefix/lender/lend/a")).Status);
        Assert.Equal(["a"], lender.Undone);
        Assert.Equal(["a"], lender.Undone);
        Assert.Equal(["b/", "c/"], (await vault.ListAsync("sys/leases/lookup/lender/lend")).Json().GetProperty("keys").Strings());
        Assert.Equal(204, (await vault.WriteAsync("sys/leases/revoke-prefix/lender")).Status);
        Assert.Equal(["a", "b", "c"], lender.Undone.Order());
        Assert.True((await vault.WriteAsync("sys/leases/revoke-prefix/")).IsRefusal);
    }

    [Fact]
    public async Task NeedsNoTidy()
    {
        await using var vault = await lender.WithLenderAsync(clock);
        var id = await vault.BorrowAsync("loan");
        Assert.Equal(202, (await vault.WriteAsync("sys/leases/tidy")).Status);
        Assert.Equal(200, (await vault.WriteAsync("sys/leases/lookup", Body(id))).Status);
    }

    [Fact]
    public async Task OfAnEngineThatRefusesIsTriedAgainUntilItIsUndone()
    {
        await using var vault = await lender.WithLenderAsync(clock);
        var token = await vault.TokenAsync(Steps.Everything);
        var id = await vault.BorrowAsync("loan", token);
        lender.Refusal = "the database is down";
        Assert.Equal(204, (await vault.WriteAsync("auth/token/revoke", $$"""{"token":"{{token}}"}""")).Status);
        Assert.False(await vault.AcceptsAsync(token));
        Assert.True((await vault.WriteAsync("sys/leases/lookup", Body(id))).IsRefusal);
        Assert.Single((await vault.ListAsync("sys/leases/lookup/lender/lend/loan")).Json().GetProperty("keys").Strings());
        var tries = lender.Tries;
        await Eventually.HoldsAsync(() => Ticking(() => lender.Tries > tries));
        await vault.RestartAsync();
        tries = lender.Tries;
        await Eventually.HoldsAsync(() => Ticking(() => lender.Tries > tries));
        lender.Refusal = null;
        await Eventually.HoldsAsync(() => Ticking(() => lender.Undone.Count == 1), seconds: 20);
        await Eventually.HoldsAsync(async () => await vault.LeasesAsync() == 0);
    }

    [Fact]
    public async Task OfAnEngineThatRefusesGoesByForceOnly()
    {
        await using var vault = await lender.WithLenderAsync(clock);
        await vault.BorrowAsync("loan");
        lender.Refusal = "the database is down";
        var refused = await vault.WriteAsync("sys/leases/revoke-prefix/lender");
        Assert.Equal(400, refused.Status);
        Assert.Contains("the database is down", refused.Errors[0], StringComparison.Ordinal);
        Assert.NotEqual(0, await vault.LeasesAsync());
        Assert.Equal(204, (await vault.WriteAsync("sys/leases/revoke-force/lender")).Status);
        Assert.Equal(0, await vault.LeasesAsync());
    }

    [Theory]
    [InlineData("sys/leases/revoke-prefix/lender")]
    [InlineData("sys/leases/revoke-force/lender")]
    public async Task IsRevokedByPrefixWithSudoOnly(string path)
    {
        await using var vault = await lender.WithLenderAsync(clock);
        var token = await vault.TokenAsync("""path "sys/leases/*" { capabilities = ["update"] }""");
        await vault.BorrowAsync("loan");
        Assert.Equal(403, (await vault.WriteAsync(path, "", token)).Status);
        Assert.Empty(lender.Undone);
    }

    private static string Body(string id) => $$"""{"lease_id":"{{id}}"}""";

    private Task<bool> Ticking(Func<bool> condition)
    {
        clock.Advance(TimeSpan.FromSeconds(5));
        return Task.FromResult(condition());
    }
}
