using Coffer.Core.Requests;

namespace Coffer.Modules.Tests.Wrapping;

public sealed class AWrappedReply
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IsHandedToOneOfManyThatUnwrapItAtOnce(bool asItself)
    {
        await using var vault = await OpenAsync();
        var tokens = await vault.TokensAsync();
        var wrap = await WrapAsync(vault);
        var answers = await Steps.RaceAsync(32, _ => asItself
            ? vault.WriteAsync("sys/wrapping/unwrap", "", wrap.Token)
            : vault.WriteAsync("sys/wrapping/unwrap", $$"""{"token":"{{wrap.Token}}"}"""));
        var only = Assert.Single(answers, a => !a.IsRefusal);
        Assert.Equal("1", only.Json().Text("a"));
        Assert.All(answers.Where(a => a.IsRefusal), a => Assert.True(a.Status is 400 or 403, $"{a.Status}"));
        Assert.Equal(tokens, await vault.TokensAsync());
    }

    [Fact]
    public async Task MovesIntoAnotherTokenByRewrapping()
    {
        await using var vault = await OpenAsync();
        var wrap = await WrapAsync(vault);
        var again = (await vault.WriteAsync("sys/wrapping/rewrap", $$"""{"token":"{{wrap.Token}}"}""")).Wrap!;
        Assert.NotEqual(wrap.Token, again.Token);
        Assert.Equal("secret/x", again.CreationPath);
        Assert.Equal(Hour, again.Ttl);
        Assert.Equal(400, (await vault.WriteAsync("sys/wrapping/unwrap", $$"""{"token":"{{wrap.Token}}"}""")).Status);
        Assert.Equal("1", (await vault.WriteAsync("sys/wrapping/unwrap", $$"""{"token":"{{again.Token}}"}""")).Json().Text("a"));
    }

    [Fact]
    public async Task IsLookedUpWithoutBeingUsed()
    {
        await using var vault = await OpenAsync();
        var wrap = await WrapAsync(vault);
        for (var i = 0; i < 3; i++)
        {
            var seen = (await vault.WriteAsync("sys/wrapping/lookup", $$"""{"token":"{{wrap.Token}}"}""", token: null)).Json();
            Assert.Equal("secret/x", seen.Text("creation_path"));
            Assert.False(seen.TryGetProperty("a", out _));
        }
        Assert.False((await vault.WriteAsync("sys/wrapping/unwrap", "", wrap.Token)).IsRefusal);
    }

    [Fact]
    public async Task IsGoneAfterItsTime()
    {
        var clock = Steps.Clock();
        await using var vault = await OpenAsync(clock);
        var wrap = await WrapAsync(vault);
        clock.Advance(Hour);
        Assert.Equal(400, (await vault.WriteAsync("sys/wrapping/unwrap", $$"""{"token":"{{wrap.Token}}"}""")).Status);
        Assert.True((await vault.WriteAsync("sys/wrapping/rewrap", $$"""{"token":"{{wrap.Token}}"}""")).IsRefusal);
    }

    [Fact]
    public async Task TellsTheAccessorOfTheTokenInside()
    {
        await using var vault = await OpenAsync();
        var reply = await vault.SendAsync(Operation.Update, "auth/token/create", """{"policies":["default"]}""", wrap: Hour);
        Assert.NotNull(reply.Wrap!.WrappedAccessor);
        var inside = (await vault.WriteAsync("sys/wrapping/unwrap", "", reply.Wrap.Token)).AuthBlock!;
        Assert.Equal(reply.Wrap.WrappedAccessor, inside.Accessor);
        Assert.True(await vault.AcceptsAsync(inside.ClientToken));
    }

    [Theory]
    [InlineData("auth/token/create")]
    [InlineData("sys/mounts/other")]
    [InlineData("secret/y")]
    public async Task CannotBeMadeToDoAnythingElse(string path)
    {
        await using var vault = await OpenAsync();
        var wrap = await WrapAsync(vault);
        Assert.Equal(403, (await vault.WriteAsync(path, """{"type":"kv"}""", wrap.Token)).Status);
    }

    private static async Task<TestVault> OpenAsync(TimeProvider? clock = null)
    {
        var vault = await TestVault.OpenAsync(clock, BuiltIn.Engines);
        await vault.MountAsync("secret", "kv");
        Assert.Equal(204, (await vault.WriteAsync("secret/x", """{"a":"1"}""")).Status);
        return vault;
    }

    private static async Task<WrapBlock> WrapAsync(TestVault vault) => (await vault.SendAsync(Operation.Read, "secret/x", wrap: Hour)).Wrap!;
}
