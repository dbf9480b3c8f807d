namespace Coffer.Modules.Tests.Tokens;

public sealed class TheTimesOfAToken
{
    private readonly Microsoft.Extensions.Time.Testing.FakeTimeProvider clock = Steps.Clock();

    [Fact]
    public async Task APeriodicOneLivesOnBeyondTheSystemsMaximumWhileItIsRenewed()
    {
        await using var vault = await TestVault.OpenAsync(clock, BuiltIn.Engines);
        var token = (await vault.CreateAsync("""{"period":"24h","policies":["default"]}""")).ClientToken;
        for (var day = 0; day < 40; day++)
        {
            clock.Advance(TimeSpan.FromHours(23));
            var renewed = await vault.CreateAsync("", token, "auth/token/renew-self");
            Assert.Equal(TimeSpan.FromHours(24), renewed.LeaseDuration);
        }
        clock.Advance(TimeSpan.FromHours(24));
        Assert.False(await vault.AcceptsAsync(token));
    }

    [Fact]
    public async Task AnExplicitMaximumBoundsAPeriodicOneToo()
    {
        await using var vault = await TestVault.OpenAsync(clock, BuiltIn.Engines);
        var token = (await vault.CreateAsync("""{"period":"1h","explicit_max_ttl":"90m","policies":["default"]}""")).ClientToken;
        clock.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal(TimeSpan.FromMinutes(40), (await vault.CreateAsync("", token, "auth/token/renew-self")).LeaseDuration);
        clock.Advance(TimeSpan.FromMinutes(40));
        Assert.False(await vault.AcceptsAsync(token));
    }

    [Fact]
    public async Task RenewalsEndAtTheSystemsMaximum()
    {
        await using var vault = await TestVault.OpenAsync(clock, BuiltIn.Engines);
        var token = (await vault.CreateAsync("""{"ttl":"20d","policies":["default"]}""")).ClientToken;
        clock.Advance(TimeSpan.FromDays(19));
        Assert.Equal(TimeSpan.FromDays(13), (await vault.CreateAsync("""{"increment":"20d"}""", token, "auth/token/renew-self")).LeaseDuration);
        clock.Advance(TimeSpan.FromDays(13));
        Assert.False(await vault.AcceptsAsync(token));
    }

    [Fact]
    public async Task ARolesLimitsHold()
    {
        await using var vault = await TestVault.OpenAsync(clock, BuiltIn.Engines);
        var role = """{"token_explicit_max_ttl":"10m","token_num_uses":3,"renewable":false,"allowed_policies":"default","token_type":"service"}""";
        Assert.Equal(204, (await vault.WriteAsync("auth/token/roles/short", role)).Status);
        var made = await vault.CreateAsync("""{"ttl":"5h","num_uses":100}""", path: "auth/token/create/short");
        Assert.Equal(TimeSpan.FromMinutes(10), made.LeaseDuration);
        Assert.Equal(3, made.NumUses);
        Assert.False(made.Renewable);
        Assert.Equal(400, (await vault.WriteAsync("auth/token/create/short", """{"policies":["root"]}""")).Status);
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.False(await vault.AcceptsAsync(made.ClientToken));
    }

    [Fact]
    public async Task AnExpiredOneCannotBeRenewedOrLookedUp()
    {
        await using var vault = await TestVault.OpenAsync(clock, BuiltIn.Engines);
        var made = await vault.CreateAsync("""{"ttl":"60s","policies":["default"]}""");
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(403, (await vault.WriteAsync("auth/token/renew-self", "", made.ClientToken)).Status);
        Assert.True((await vault.WriteAsync("auth/token/renew", $$"""{"token":"{{made.ClientToken}}"}""")).IsRefusal);
        Assert.True((await vault.WriteAsync("auth/token/renew-accessor", $$"""{"accessor":"{{made.Accessor}}"}""")).IsRefusal);
        Assert.True((await vault.WriteAsync("auth/token/lookup", $$"""{"token":"{{made.ClientToken}}"}""")).IsRefusal);
    }
}
