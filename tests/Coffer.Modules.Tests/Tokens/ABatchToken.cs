namespace Coffer.Modules.Tests.Tokens;

public sealed class ABatchToken
{
    private readonly Lender lender = new();

    [Fact]
    public async Task DiesWithItsParent()
    {
        await using var vault = await lender.WithLenderAsync();
        var parent = await vault.TokenAsync(Steps.Everything);
        var batch = await vault.ChildAsync(parent, """{"type":"batch"}""");
        Assert.True(await vault.AcceptsAsync(batch));
        await vault.BorrowAsync("loan", batch);
        await vault.WriteAsync("auth/token/revoke", $$"""{"token":"{{parent}}"}""");
        Assert.False(await vault.AcceptsAsync(batch));
        Assert.Equal(["loan"], lender.Undone);
    }

    [Fact]
    public async Task GetsNoLeaseOnceItsParentIsRevoked()
    {
        await using var vault = await lender.WithLenderAsync();
        var parent = await vault.TokenAsync(Steps.Everything);
        var batch = await vault.ChildAsync(parent, """{"type":"batch"}""");
        lender.Meanwhile = async () =>
        {
            lender.Meanwhile = null;
            await vault.WriteAsync("auth/token/revoke", $$"""{"token":"{{parent}}"}""");
        };
        Assert.Equal(403, (await vault.ReadAsync("lender/lend/late", batch)).Status);
        Assert.Equal(0, await vault.LeasesAsync());
    }

    [Fact]
    public async Task EndsByItself()
    {
        var clock = Steps.Clock();
        await using var vault = await lender.WithLenderAsync(clock);
        var batch = (await vault.CreateAsync("""{"type":"batch","ttl":"60s","policies":["default"]}""")).ClientToken;
        Assert.True(await vault.AcceptsAsync(batch));
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.False(await vault.AcceptsAsync(batch));
    }

    [Fact]
    public async Task MakesNoChildrenAndHasNoCubbyhole()
    {
        await using var vault = await lender.WithLenderAsync();
        var batch = await vault.ChildAsync(await vault.TokenAsync(Steps.Everything), """{"type":"batch"}""");
        Assert.Equal(400, (await vault.WriteAsync("auth/token/create", "", batch)).Status);
        Assert.Equal(400, (await vault.WriteAsync("auth/token/renew-self", "", batch)).Status);
        Assert.Equal(400, (await vault.WriteAsync("auth/token/revoke-self", "", batch)).Status);
        Assert.Equal(400, (await vault.WriteAsync("cubbyhole/x", """{"a":"1"}""", batch)).Status);
    }

    [Theory]
    [InlineData("hvb.")]
    [InlineData("hvb.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("hvb.***")]
    public async Task ThatIsForgedIsRefused(string token)
    {
        await using var vault = await lender.WithLenderAsync();
        Assert.False(await vault.AcceptsAsync(token));
    }

    [Fact]
    public async Task ThatIsAlteredIsRefused()
    {
        await using var vault = await lender.WithLenderAsync();
        var batch = (await vault.CreateAsync("""{"type":"batch","policies":["default"]}""")).ClientToken;
        for (var i = "hvb.".Length; i < batch.Length - 1; i += 7)
        {
            var altered = batch[..i] + (batch[i] == 'A' ? 'B' : 'A') + batch[(i + 1)..];
            Assert.False(await vault.AcceptsAsync(altered), $"{i}");
        }
    }
}
