using Coffer.Modules.Engines.Kv;

namespace Coffer.Modules.Tests.Engines;

public sealed class PlainKv : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async ValueTask InitializeAsync() => bench = await EngineBench.OpenAsync(KvTypes.Kv, ("version", "1"));

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task GivesTheBodyBackByteForByte()
    {
        const string Body = """{ "int":12345678901234567890,"float":0.10,"exp":1e3, "é":"\u00fc✓","none":null,"limit":"not a number","path":"p" }""";
        Assert.Equal(204, (await bench.WriteAsync("numbers", Body)).Status);
        var read = await bench.ReadAsync("numbers");
        Assert.Equal(Body, read.Text());
        Assert.Equal(200, read.Status);
    }

    [Theory]
    [InlineData("\"90s\"", 90)]
    [InlineData("120", 120)]
    [InlineData("\"2h\"", 7200)]
    [InlineData("\"soon\"", 2764800)]
    [InlineData("{}", 2764800)]
    [InlineData("\"-5s\"", 2764800)]
    [InlineData("\"1000h\"", 2764800)]
    public async Task TellsTheTtlThatTheSecretNames(string ttl, int seconds)
    {
        await bench.WriteAsync("a", $$"""{"ttl":{{ttl}}}""");
        Assert.Equal(TimeSpan.FromSeconds(seconds), (await bench.ReadAsync("a")).LeaseDuration);
    }

    [Theory]
    [InlineData("a", "")]
    [InlineData("a", "{}")]
    [InlineData("a/", """{"a":1}""")]
    [InlineData("", """{"a":1}""")]
    [InlineData(".hidden..name", """{"a":1}""")]
    [InlineData("../../sys/token", """{"a":1}""")]
    [InlineData("a//b", """{"a":1}""")]
    public async Task RefusesWhatCannotBeWritten(string path, string body) =>
        Assert.Equal(400, (await bench.WriteAsync(path, body)).Status);

    [Fact]
    public async Task ListsOneLevelWithKeyAndFolderOfOneName()
    {
        foreach (var path in (string[])["a/b/c/d", "a", "app", "sp ace/été+plus"]) await bench.WriteAsync(path, """{"v":1}""");
        Assert.Equal(["a", "a/", "app", "sp ace/"], (await bench.ListAsync("")).Keys());
        Assert.Equal(["b/"], (await bench.ListAsync("a")).Keys());
        Assert.Equal(["été+plus"], (await bench.ListAsync("sp ace")).Keys());
        Assert.Equal(404, (await bench.ListAsync("nothing")).Status);
    }

    [Fact]
    public async Task ForgetsWhatIsDeleted()
    {
        await bench.WriteAsync("a", """{"v":1}""");
        Assert.Equal(204, (await bench.DeleteAsync("a")).Status);
        Assert.Equal(404, (await bench.ReadAsync("a")).Status);
        Assert.Equal(204, (await bench.DeleteAsync("never-was")).Status);
    }

    [Fact]
    public async Task HasNoPatch() => Assert.Equal(405, (await bench.PatchAsync("a", """{"v":1}""")).Status);

    [Fact]
    public async Task ListsRecursively()
    {
        foreach (var path in (string[])["a/b/c", "a/b", "z", "a/c"]) await bench.WriteAsync(path, """{"v":1}""");
        Assert.Equal(["a/b", "a/b/c", "a/c", "z"], (await bench.ListAsync("?recursive=true")).Keys());
        Assert.Equal(["b", "b/c", "c"], (await bench.ListAsync("a?recursive=true")).Keys());
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("2", true)]
    [InlineData("3", false)]
    [InlineData("two", false)]
    [InlineData("", false)]
    public void TakesOnlyVersionsThatAreServed(string version, bool good) =>
        Assert.Equal(good, KvTypes.Kv.CheckOptions!(new Dictionary<string, string> { ["version"] = version }) is null);
}
