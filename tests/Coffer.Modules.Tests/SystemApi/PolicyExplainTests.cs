namespace Coffer.Modules.Tests.SystemApi;

public sealed class PolicyExplained : IAsyncLifetime
{
    private TestVault vault = null!;
    private string token = null!;

    public async ValueTask InitializeAsync()
    {
        vault = await TestVault.OpenAsync();
        token = await vault.TokenAsync(
            """
            path "secret/*" { capabilities = ["read"] }
            path "secret/own/*" { capabilities = ["deny"] }
            path "sys/config/cors" { capabilities = ["read"] }
            path "coffer/policy/explain" { capabilities = ["update"] }
            path "x/{{identity.entity.id}}" { capabilities = ["read"] }
            """);
    }

    public ValueTask DisposeAsync() => vault.DisposeAsync();

    [Fact]
    public async Task NamesEveryRuleAndWhyOneWon()
    {
        var reply = (await vault.WriteAsync("coffer/policy/explain", $$"""{"path":"secret/own/a","operation":"read","token":"{{token}}"}""")).Json();
        Assert.False(reply.GetProperty("allowed").GetBoolean());
        Assert.Equal("denied", reply.Text("reason"));
        var considered = reply.GetProperty("considered").EnumerateArray().ToArray();
        Assert.Equal(["secret/own/*", "secret/*"], considered.Select(c => c.Text("pattern")));
        Assert.Equal([true, false], considered.Select(c => c.GetProperty("won").GetBoolean()));
        Assert.All(considered, c => Assert.NotEmpty(c.Text("why")!));
        Assert.Equal(2, considered[0].GetProperty("sources")[0].GetProperty("line").GetInt32());
        Assert.Equal("x/{{identity.entity.id}}", reply.GetProperty("dropped").EnumerateArray().Last().Text("path"));
        Assert.DoesNotContain(token, reply.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task IsOfTheCallerItselfUnlessATokenIsNamed()
    {
        var reply = (await vault.WriteAsync("coffer/policy/explain", """{"path":"secret/a"}""", token)).Json();
        Assert.True(reply.GetProperty("allowed").GetBoolean());
        Assert.Equal("granted", reply.Text("reason"));
        Assert.Equal("root", (await vault.WriteAsync("coffer/policy/explain", """{"path":"secret/a"}""")).Json().Text("reason"));
    }

    [Fact]
    public async Task TakesAnAccessor()
    {
        var accessor = (await vault.WriteAsync("coffer/policy/explain", """{"path":"secret/a"}""", token)).Json().Text("accessor");
        var reply = (await vault.WriteAsync("coffer/policy/explain", $$"""{"path":"other/a","operation":"list","accessor":"{{accessor}}"}""")).Json();
        Assert.Equal(("no_rule", "other/a/"), (reply.Text("reason"), reply.Text("path")));
    }

    [Fact]
    public async Task SaysThatSudoIsMissing()
    {
        var reply = (await vault.WriteAsync("coffer/policy/explain", """{"path":"sys/config/cors"}""", token)).Json();
        Assert.Equal("sudo_missing", reply.Text("reason"));
        Assert.True(reply.GetProperty("needs_sudo").GetBoolean());
    }

    [Fact]
    public async Task SaysWhereNoTokenIsNeeded() => Assert.True(
        (await vault.WriteAsync("coffer/policy/explain", """{"path":"sys/internal/ui/mounts"}""", token)).Json().GetProperty("allowed").GetBoolean());

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"path":"a","operation":"fly"}""")]
    [InlineData("""{"path":"a","token":"hvs.nothere"}""")]
    [InlineData("""{"path":"a","accessor":"nothere"}""")]
    [InlineData("""{"path":"a","accessor":"one","token":"other"}""")]
    public async Task RefusesWhatIsNotThere(string body) => Assert.Equal(400, (await vault.WriteAsync("coffer/policy/explain", body)).Status);

    [Fact]
    public async Task NeedsAPolicyItself()
    {
        var other = await vault.TokenAsync("""path "secret/*" { capabilities = ["read"] }""");
        Assert.Equal(403, (await vault.WriteAsync("coffer/policy/explain", """{"path":"secret/a"}""", other)).Status);
    }
}
