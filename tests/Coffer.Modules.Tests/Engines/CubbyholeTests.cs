using Coffer.Core.Mounts;
using Coffer.Core.Tokens;
using Coffer.Modules.Engines.Cubbyhole;

namespace Coffer.Modules.Tests.Engines;

public sealed class Cubbyhole : IAsyncLifetime
{
    private static readonly Token Ann = TokenOf("aa");
    private static readonly Token Bob = TokenOf("bb");
    private EngineBench bench = null!;

    public async ValueTask InitializeAsync() => bench = await EngineBench.OpenAsync(CubbyholeEngine.Type);

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task GivesEachTokenItsOwnRoom()
    {
        await bench.WriteAsync("mine", """{"owner":"ann","n":1.0}""", Ann);
        await bench.WriteAsync("mine", """{"owner":"bob"}""", Bob);
        await bench.DeleteAsync("mine", Bob);
        Assert.Equal("""{"owner":"ann","n":1.0}""", (await bench.ReadAsync("mine", Ann)).Text());
        Assert.Null((await bench.ReadAsync("mine", Ann)).LeaseDuration);
        Assert.Equal(404, (await bench.ReadAsync("mine", Bob)).Status);
        Assert.Equal(404, (await bench.ListAsync("", Bob)).Status);
    }

    [Fact]
    public async Task LetsNoPathOutOfTheRoom()
    {
        await bench.WriteAsync("mine", """{"owner":"ann"}""", Ann);
        Assert.Equal(404, (await bench.ReadAsync("../aa/mine", Bob)).Status);
        Assert.Equal(400, (await bench.WriteAsync("../aa/mine", """{"a":1}""", Bob)).Status);
        Assert.Equal(404, (await bench.ListAsync("../aa", Bob)).Status);
    }

    [Fact]
    public async Task ListsKeysAndFolders()
    {
        foreach (var path in (string[])["a", "d/e/f", "ttl"]) await bench.WriteAsync(path, """{"v":1}""", Ann);
        Assert.Equal(["a", "d/", "ttl"], (await bench.ListAsync("", Ann)).Keys());
        Assert.Equal(["e/"], (await bench.ListAsync("d", Ann)).Keys());
    }

    [Theory]
    [InlineData("e", "{}")]
    [InlineData("e", "")]
    [InlineData("dir/", """{"a":1}""")]
    [InlineData("", """{"a":1}""")]
    public async Task RefusesWhatCannotBeWritten(string path, string body) =>
        Assert.Equal(400, (await bench.WriteAsync(path, body, Ann)).Status);

    [Fact]
    public async Task RefusesBatchTokens()
    {
        var batch = Ann with { Type = TokenType.Batch };
        Assert.Equal(400, (await bench.WriteAsync("x", """{"a":1}""", batch)).Status);
        Assert.Equal(400, (await bench.ReadAsync("x", batch)).Status);
        Assert.Equal(400, (await bench.ListAsync("", batch)).Status);
        Assert.Equal(400, (await bench.DeleteAsync("x", batch)).Status);
    }

    [Fact]
    public async Task WarnsAWrappingTokenThatReadsItsReplyDirectly()
    {
        var wrapping = TokenOf("cc") with { WrappedPath = "secret/data/a" };
        await bench.WriteAsync("response", """{"response":"{}"}""", wrapping);
        Assert.Contains("sys/wrapping/unwrap", Assert.Single((await bench.ReadAsync("response", wrapping)).Warnings), StringComparison.Ordinal);
        await bench.WriteAsync("response", """{"response":"mine"}""", Ann);
        Assert.Empty((await bench.ReadAsync("response", Ann)).Warnings);
    }

    [Fact]
    public void IsMadeOnce() => Assert.True(Assert.Single(BuiltIn.Engines, t => t.Name == "cubbyhole") is { Single: true, Kind: MountKind.Secret });

    private static Token TokenOf(string id) => new() { Id = id, Policies = ["default"], Path = "auth/token/create" };
}
