using Coffer.Core.Storage;
using Coffer.Core.Tokens;

namespace Coffer.Modules.Tests.Tokens;

public sealed class RevokingAToken
{
    private readonly Lender lender = new();

    [Theory]
    [InlineData("revoke")]
    [InlineData("revoke-self")]
    [InlineData("revoke-accessor")]
    public async Task EndsTheWholeTreeWithItsLeasesAndCubbyholes(string how)
    {
        await using var vault = await lender.WithLenderAsync();
        var before = await vault.TokensAsync();
        var tree = await TreeAsync(vault);
        var accessor = (await vault.ReadAsync("auth/token/lookup-self", tree[0])).Json().Text("accessor");
        var reply = how switch
        {
            "revoke" => await vault.WriteAsync("auth/token/revoke", $$"""{"token":"{{tree[0]}}"}"""),
            "revoke-self" => await vault.WriteAsync("auth/token/revoke-self", "", tree[0]),
            _ => await vault.WriteAsync("auth/token/revoke-accessor", $$"""{"accessor":"{{accessor}}"}"""),
        };
        Assert.Equal(204, reply.Status);
        foreach (var token in tree) Assert.False(await vault.AcceptsAsync(token));
        Assert.Equal(["loan0", "loan1", "loan2", "loan3"], lender.Undone.Order());
        await NothingIsLeftAsync(vault, before);
    }

    [Fact]
    public async Task IsFinishedAfterACrashThatCameRightAfterTheMark()
    {
        await using var vault = await lender.WithLenderAsync();
        var before = await vault.TokensAsync();
        var tree = await TreeAsync(vault);
        await vault.CrashAfterAsync(async (store, transaction) =>
        {
            var token = await TokenStore.ReadAsync(transaction, NamespaceId.Root, Steps.IdOf(store, tree[0]));
            TokenStore.Write(transaction, token! with { Revoking = true });
        });
        Assert.False(await vault.AcceptsAsync(tree[0]));
        await Eventually.HoldsAsync(async () => lender.Undone.Count == 4 && await vault.TokensAsync() == before);
        foreach (var token in tree) Assert.False(await vault.AcceptsAsync(token));
        await NothingIsLeftAsync(vault, before);
    }

    [Fact]
    public async Task LeavesOthersAlone()
    {
        await using var vault = await lender.WithLenderAsync();
        var parent = await vault.TokenAsync(Steps.Everything);
        var (first, second) = (await vault.ChildAsync(parent), await vault.ChildAsync(parent));
        await vault.BorrowAsync("kept", second);
        Assert.Equal(204, (await vault.WriteAsync("auth/token/revoke", $$"""{"token":"{{first}}"}""")).Status);
        Assert.True(await vault.AcceptsAsync(parent));
        Assert.True(await vault.AcceptsAsync(second));
        Assert.Empty(lender.Undone);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AloneSparesItsChildrenAlsoAfterACrash(bool crash)
    {
        await using var vault = await lender.WithLenderAsync();
        var parent = await vault.TokenAsync(Steps.Everything);
        var child = await vault.ChildAsync(parent);
        await vault.BorrowAsync("parents", parent);
        await vault.BorrowAsync("childs", child);
        if (crash)
        {
            await vault.CrashAfterAsync(async (store, transaction) =>
            {
                var token = await TokenStore.ReadAsync(transaction, NamespaceId.Root, Steps.IdOf(store, parent));
                TokenStore.Write(transaction, token! with { Revoking = true, SparesChildren = true });
            });
        }
        else
        {
            Assert.Equal(204, (await vault.WriteAsync("auth/token/revoke-orphan", $$"""{"token":"{{parent}}"}""")).Status);
        }
        await Eventually.HoldsAsync(() => Task.FromResult(lender.Undone.Count > 0));
        Assert.False(await vault.AcceptsAsync(parent));
        Assert.True(await vault.AcceptsAsync(child));
        Assert.Equal(["parents"], lender.Undone);
        Assert.True((await vault.ReadAsync("auth/token/lookup-self", child)).Json().GetProperty("orphan").GetBoolean());
    }

    [Fact]
    public async Task TakesTheChildrenThatAreMadeMeanwhile()
    {
        await using var vault = await lender.WithLenderAsync();
        var before = await vault.TokensAsync();
        for (var round = 0; round < 10; round++)
        {
            var parent = await vault.TokenAsync(Steps.Everything);
            var answers = await Steps.RaceAsync(17, i => i == 8
                ? vault.WriteAsync("auth/token/revoke", $$"""{"token":"{{parent}}"}""")
                : vault.WriteAsync("auth/token/create", "", parent));
            Assert.Equal(204, answers[8].Status);
            foreach (var made in answers.Where(a => a.AuthBlock is not null)) Assert.False(await vault.AcceptsAsync(made.AuthBlock!.ClientToken));
        }
        Assert.Equal(before, await vault.TokensAsync());
    }

    [Fact]
    public async Task LeavesNoLeaseThatWasBeingMade()
    {
        await using var vault = await lender.WithLenderAsync();
        var token = await vault.TokenAsync(Steps.Everything);
        lender.Meanwhile = async () =>
        {
            lender.Meanwhile = null;
            Assert.Equal(204, (await vault.WriteAsync("auth/token/revoke", $$"""{"token":"{{token}}"}""")).Status);
        };
        Assert.Equal(403, (await vault.ReadAsync("lender/lend/late", token)).Status);
        Assert.Equal(0, await vault.LeasesAsync());
    }

    [Fact]
    public async Task EndsWhatExpiresInTheSameWay()
    {
        var clock = Steps.Clock();
        await using var vault = await lender.WithLenderAsync(clock);
        var before = await vault.TokensAsync();
        var policy = await vault.TokenAsync(Steps.Everything);
        var parent = await vault.ChildAsync(policy, """{"ttl":"60s"}""");
        var child = await vault.ChildAsync(parent);
        await vault.BorrowAsync("loan", child);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.False(await vault.AcceptsAsync(parent));
        await Eventually.HoldsAsync(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return lender.Undone.Count == 1 && await vault.TokensAsync() == before + 1;
        });
        Assert.False(await vault.AcceptsAsync(child));
    }

    /// <summary>A token with a child, that with another, and so on, each with a loan and something in its cubbyhole.</summary>
    private static async Task<List<string>> TreeAsync(TestVault vault)
    {
        var tree = new List<string> { await vault.TokenAsync(Steps.Everything) };
        for (var i = 0; i < 3; i++) tree.Add(await vault.ChildAsync(tree[^1]));
        for (var i = 0; i < tree.Count; i++)
        {
            await vault.BorrowAsync($"loan{i}", tree[i]);
            Assert.Equal(204, (await vault.WriteAsync("cubbyhole/mine", """{"a":"1"}""", tree[i])).Status);
        }
        return tree;
    }

    private static async Task NothingIsLeftAsync(TestVault vault, long tokens)
    {
        Assert.Equal(tokens, await vault.TokensAsync());
        Assert.Equal(0, await vault.LeasesAsync());
        Assert.Equal(0, await vault.CountAsync("token/parent/"));
        var cubbyhole = (await vault.ReadAsync("sys/mounts/cubbyhole")).Json().Text("uuid");
        Assert.Equal(0, await vault.CountAsync($"mount/{cubbyhole}/"));
    }
}
