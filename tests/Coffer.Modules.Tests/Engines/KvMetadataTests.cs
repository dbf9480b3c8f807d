using System.Globalization;
using Coffer.Core.Policies;
using Coffer.Modules.Engines.Kv;

namespace Coffer.Modules.Tests.Engines;

public sealed class KvMetadata : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async ValueTask InitializeAsync() => bench = await EngineBench.OpenAsync(KvTypes.Kv, ("version", "2"));

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task ShowsAllThatIsKnown()
    {
        await bench.WriteAsync("metadata/a", """{"custom_metadata":{"b":"2","a":"\"1\""},"owner":"team-pay","purpose":"card gateway"}""");
        await bench.WriteAsync("data/a", """{"data":{}}""");
        Assert.Equal(
            """{"cas_required":false,"created_time":"2026-03-01T12:00:00Z","current_version":1,"custom_metadata":{"a":"\"1\"","b":"2"},"delete_version_after":"0s","expired":false,"expires_at":"","max_versions":0,"oldest_version":0,"owner":"team-pay","purpose":"card gateway","updated_time":"2026-03-01T12:00:00Z","versions":{"1":{"created_time":"2026-03-01T12:00:00Z","deletion_time":"","destroyed":false}}}""",
            (await bench.ReadAsync("metadata/a")).Text());
        Assert.Contains("""{"a":"\"1\"","b":"2"}""", (await bench.ReadAsync("data/a")).Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangesOnlyWhatIsNamed()
    {
        await bench.WriteAsync("metadata/a", """{"owner":"ann","max_versions":3,"cas_required":true,"custom_metadata":{"a":"1"}}""");
        await bench.WriteAsync("metadata/a", """{"purpose":"x","custom_metadata":{"b":"2"}}""");
        var read = (await bench.ReadAsync("metadata/a")).Json();
        Assert.Equal("ann", read.GetProperty("owner").GetString());
        Assert.Equal(3, read.GetProperty("max_versions").GetInt64());
        Assert.Equal("""{"b":"2"}""", read.GetProperty("custom_metadata").GetRawText());
    }

    [Fact]
    public async Task PatchMergesAndResets()
    {
        await bench.WriteAsync("metadata/a", """{"owner":"ann","max_versions":3,"cas_required":true,"custom_metadata":{"a":"1","b":"2"}}""");
        Assert.Equal(204, (await bench.PatchAsync(
            "metadata/a", """{"owner":null,"max_versions":null,"custom_metadata":{"a":null,"c":"3"}}""")).Status);
        var read = (await bench.ReadAsync("metadata/a")).Json();
        Assert.Equal("", read.GetProperty("owner").GetString());
        Assert.Equal(0, read.GetProperty("max_versions").GetInt64());
        Assert.True(read.GetProperty("cas_required").GetBoolean());
        Assert.Equal("""{"b":"2","c":"3"}""", read.GetProperty("custom_metadata").GetRawText());
        Assert.Equal(404, (await bench.PatchAsync("metadata/none", """{"owner":"x"}""")).Status);
        Assert.Equal(415, (await bench.PatchAsync("metadata/a", """{"owner":"x"}""", "application/json")).Status);
    }

    [Fact]
    public async Task HoldsTheLimitsOfCustomMetadata()
    {
        Assert.Equal(204, await StatusAsync(Many(64)));
        Assert.Equal(400, await StatusAsync(Many(65)));
        Assert.Equal(204, await StatusAsync($$"""{"{{new string('k', 128)}}":"{{new string('v', 512)}}"}"""));
        Assert.Equal(400, await StatusAsync($$"""{"{{new string('k', 129)}}":"v"}"""));
        Assert.Equal(400, await StatusAsync($$"""{"k":"{{new string('v', 513)}}"}"""));
        Assert.Equal(400, await StatusAsync("""{"":"v"}"""));
        Assert.Equal(400, await StatusAsync("""{"k":1}"""));
        Assert.Equal(400, await StatusAsync("""{"k":"tab\there"}"""));
        Assert.Equal(400, await StatusAsync("""{"k\u0000":"v"}"""));
        Assert.Equal(400, await StatusAsync("[]"));

        static string Many(int count) => "{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"k{i}\":\"v\"")) + "}";

        async Task<int> StatusAsync(string custom) => (await bench.WriteAsync("metadata/a", $$"""{"custom_metadata":{{custom}}}""")).Status;
    }

    [Fact]
    public async Task FlagsAnExpiredSecretAndKeepsIt()
    {
        await bench.WriteAsync("data/a", """{"data":{"v":1}}""");
        await bench.WriteAsync("metadata/a", """{"expires_at":"2026-03-01T14:00:00+01:00"}""");
        await bench.WriteAsync("data/a", """{"data":{"v":2}}""");
        Assert.Equal("2026-03-01T13:00:00Z", (await bench.ReadAsync("metadata/a")).Json().GetProperty("expires_at").GetString());
        Assert.False(await IsExpiredAsync());
        Assert.Equal(0, await bench.WakeAsync());
        bench.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True(await IsExpiredAsync());
        Assert.Equal(1, await bench.WakeAsync());
        bench.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await bench.WakeAsync());
        Assert.True(await IsExpiredAsync());
        Assert.Equal(200, (await bench.ReadAsync("data/a")).Status);

        await bench.WriteAsync("metadata/a", """{"expires_at":"2026-03-02T00:00:00.123456789Z"}""");
        Assert.False(await IsExpiredAsync());
        await bench.WriteAsync("metadata/a", """{"expires_at":""}""");
        bench.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, await bench.WakeAsync());
        Assert.False(await IsExpiredAsync());
    }

    [Theory]
    [InlineData("2026-03-01")]
    [InlineData("2026-03-01T12:00:00")]
    [InlineData("2026-13-01T12:00:00Z")]
    [InlineData("tomorrow")]
    public async Task RefusesAnExpiryThatIsNoMoment(string text) =>
        Assert.Equal(400, (await bench.WriteAsync("metadata/a", $$"""{"expires_at":"{{text}}"}""")).Status);

    [Fact]
    public async Task ListsOneLevel()
    {
        await FillAsync("b/x", "a", "b", "c/y/z");
        Assert.Equal(["a", "b", "b/", "c/"], (await bench.ListAsync("metadata")).Keys());
        Assert.Equal(["b", "b/"], (await bench.ListAsync("metadata?after=a&limit=2")).Keys());
        Assert.Equal("b/", (await bench.ListAsync("metadata?after=a&limit=2")).Json().GetProperty("next").GetString());
        Assert.Equal(["c/"], (await bench.ListAsync("metadata?after=b/")).Keys());
        Assert.False((await bench.ListAsync("metadata?after=b/")).Json().TryGetProperty("next", out _));
        Assert.Equal(404, (await bench.ListAsync("metadata/nothing")).Status);
    }

    [Fact]
    public async Task PagesThroughEverythingBelow()
    {
        string[] all = [.. Enumerable.Range(0, 250).Select(i => $"t/{i % 7}/k{i.ToString("000", CultureInfo.InvariantCulture)}").Order(StringComparer.Ordinal)];
        await FillAsync([.. all, "other"]);
        var seen = new List<string>();
        var after = "";
        while (true)
        {
            var page = await bench.ListAsync($"metadata/t?recursive=true&limit=40&after={after}");
            seen.AddRange(page.Keys());
            if (!page.Json().TryGetProperty("next", out var next)) break;
            after = next.GetString()!;
            Assert.True(seen.Count % 40 == 0);
        }
        Assert.Equal(all, seen.Select(k => "t/" + k));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=10001")]
    [InlineData("limit=many")]
    [InlineData("recursive=perhaps")]
    public async Task RefusesAListItCannotUnderstand(string query) =>
        Assert.Equal(400, (await bench.ListAsync("metadata?" + query)).Status);

    [Fact]
    public async Task PassesOverFoldersThatTheCallerMayNotList()
    {
        await FillAsync("a", "open/k", "open/shut/deep/k", "open/shut/k", "open/z", "shut2/k", "z");
        bench.Acl = Acl.Compile([PolicyDocument.Parse("p", """
            path "it/metadata/*" { capabilities = ["list"] }
            path "it/metadata/open/shut/" { capabilities = ["deny"] }
            path "it/metadata/shut2/*" { capabilities = ["read"] }
            """)]);
        Assert.Equal(["a", "open/k", "open/z", "z"], (await bench.ListAsync("metadata?recursive=true")).Keys());
        Assert.Equal(["k", "z"], (await bench.ListAsync("metadata/open?recursive=true")).Keys());
    }

    private async Task FillAsync(params string[] paths)
    {
        foreach (var path in paths) await bench.WriteAsync("data/" + path, """{"data":{}}""");
    }

    private async Task<bool> IsExpiredAsync() => (await bench.ReadAsync("metadata/a")).Json().GetProperty("expired").GetBoolean();
}
