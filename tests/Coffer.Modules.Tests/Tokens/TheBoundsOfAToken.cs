using System.Net;
using Coffer.Core.Requests;

namespace Coffer.Modules.Tests.Tokens;

public sealed class TheBoundsOfAToken
{
    [Fact]
    public async Task ExactlyAsManyRequestsSucceedAsItHasUses()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        var before = await vault.TokensAsync();
        var token = (await vault.CreateAsync("""{"num_uses":7,"policies":["default"]}""")).ClientToken;
        var answers = await Steps.RaceAsync(32, _ => vault.ReadAsync("auth/token/lookup-self", token));
        Assert.Equal(7, answers.Count(a => a.Status == 200));
        Assert.Equal(25, answers.Count(a => a.Status == 403));
        Assert.Equal(before, await vault.TokensAsync());
    }

    [Fact]
    public async Task ARefusedRequestIsAUseToo()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        var token = (await vault.CreateAsync("""{"num_uses":2,"policies":["default"]}""")).ClientToken;
        Assert.Equal(403, (await vault.ReadAsync("sys/mounts", token)).Status);
        Assert.True(await vault.AcceptsAsync(token));
        Assert.False(await vault.AcceptsAsync(token));
    }

    [Fact]
    public async Task ItsLastUseLeasesNothing()
    {
        var lender = new Lender();
        await using var vault = await lender.WithLenderAsync();
        var parent = await vault.TokenAsync(Steps.Everything);
        var token = await vault.ChildAsync(parent, """{"num_uses":2}""");
        await vault.BorrowAsync("first", token);
        Assert.Equal(400, (await vault.ReadAsync("lender/lend/second", token)).Status);
        Assert.Equal(0, await vault.LeasesAsync());
        Assert.Equal(["first"], lender.Undone);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("11.1.2.3", false)]
    [InlineData("::1", false)]
    [InlineData("2001:db8::5", true)]
    public async Task ItIsGoodFromItsAddressesOnly(string address, bool accepted)
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        await vault.WriteAsync("auth/token/roles/near", """{"token_bound_cidrs":["10.0.0.0/8","2001:db8::/32"],"allowed_policies":"default"}""");
        var token = (await vault.CreateAsync(path: "auth/token/create/near")).ClientToken;
        var reply = await vault.SendAsync(Operation.Read, "auth/token/lookup-self", token: token, client: IPAddress.Parse(address));
        Assert.Equal(accepted ? 200 : 403, reply.Status);
    }

    [Fact]
    public async Task AnOrphanOutlivesItsMaker()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        var maker = await vault.TokenAsync("""path "auth/token/*" { capabilities = ["create", "update", "sudo"] }""");
        var first = (await vault.CreateAsync("", maker, "auth/token/create-orphan")).ClientToken;
        var second = await vault.ChildAsync(maker, """{"no_parent":true}""");
        await vault.WriteAsync("auth/token/revoke-self", "", maker);
        Assert.True(await vault.AcceptsAsync(first));
        Assert.True(await vault.AcceptsAsync(second));
    }

    [Fact]
    public async Task AnAccessorShowsAndEndsItWithoutTellingItsSecret()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        var made = await vault.CreateAsync("""{"policies":["default"]}""");
        var shown = (await vault.WriteAsync("auth/token/lookup-accessor", $$"""{"accessor":"{{made.Accessor}}"}""")).Json();
        Assert.Equal("", shown.Text("id"));
        Assert.DoesNotContain(made.ClientToken, shown.GetRawText(), StringComparison.Ordinal);
        Assert.False(await vault.AcceptsAsync(made.Accessor));
        Assert.Equal(204, (await vault.WriteAsync("auth/token/revoke-accessor", $$"""{"accessor":"{{made.Accessor}}"}""")).Status);
        Assert.False(await vault.AcceptsAsync(made.ClientToken));
        Assert.True((await vault.WriteAsync("auth/token/lookup-accessor", $$"""{"accessor":"{{made.Accessor}}"}""")).IsRefusal);
    }

    [Fact]
    public async Task AChildHasNoPolicyThatItsParentLacks()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        var parent = await vault.TokenAsync("""path "auth/token/create" { capabilities = ["update"] }""");
        Assert.Equal(400, (await vault.WriteAsync("auth/token/create", """{"policies":["admin"]}""", parent)).Status);
        Assert.Equal(400, (await vault.WriteAsync("auth/token/create", """{"policies":["root"]}""", parent)).Status);
        Assert.Equal(400, (await vault.WriteAsync("auth/token/create", """{"no_parent":true}""", parent)).Status);
        Assert.Equal(400, (await vault.WriteAsync("auth/token/create", """{"period":"1h"}""", parent)).Status);
        Assert.Equal(400, (await vault.WriteAsync("auth/token/create", """{"id":"chosen"}""", parent)).Status);
    }
}
