using System.Text.Json;
using Coffer.Modules.Engines.Kv;

namespace Coffer.Modules.Tests.Engines;

public sealed class VersionedKv : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async ValueTask InitializeAsync() => bench = await EngineBench.OpenAsync(KvTypes.Kv, ("version", "2"));

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task KeepsNumbersExact()
    {
        await bench.WriteAsync("data/a", """{"data":{"int":12345678901234567890,"f":0.10,"e":1e3}}""");
        Assert.StartsWith("""{"data":{"int":12345678901234567890,"f":0.10,"e":1e3},"metadata":{""", (await bench.ReadAsync("data/a")).Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnswersAWriteWithItsVersion()
    {
        var reply = await bench.WriteAsync("data/a", """{"data":{}}""");
        Assert.Equal(
            """{"created_time":"2026-03-01T12:00:00Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}""", reply.Text());
        Assert.Equal(1, reply.SecretVersion);
    }

    [Fact]
    public async Task ReadsOlderVersions()
    {
        await bench.WriteAsync("data/a", """{"data":{"v":1}}""");
        await bench.WriteAsync("data/a", """{"data":{"v":2}}""");
        Assert.Equal(1, await ValueAsync("data/a?version=1"));
        Assert.Equal(2, await ValueAsync("data/a?version=0"));
        Assert.Equal(2, await ValueAsync("data/a"));
        Assert.Equal(404, (await bench.ReadAsync("data/a?version=9")).Status);
        Assert.True((await bench.ReadAsync("data/a?version=9")).Data.IsEmpty);
        Assert.Equal(400, (await bench.ReadAsync("data/a?version=one")).Status);
    }

    [Fact]
    public async Task TakesNullDataButNotItsAbsence()
    {
        Assert.Equal(200, (await bench.WriteAsync("data/a", """{"data":null}""")).Status);
        Assert.Equal(JsonValueKind.Null, (await bench.ReadAsync("data/a")).Json().GetProperty("data").ValueKind);
        Assert.Equal("no data provided", Assert.Single((await bench.WriteAsync("data/a", """{"v":1}""")).Errors));
    }

    [Theory]
    [InlineData("0", 200)]
    [InlineData("\"0\"", 200)]
    [InlineData("1", 400)]
    [InlineData("true", 400)]
    [InlineData("1.5", 400)]
    public async Task ChecksBeforeItSets(string cas, int status) =>
        Assert.Equal(status, (await bench.WriteAsync("data/a", $$$"""{"data":{"v":1},"options":{"cas":{{{cas}}}}}""")).Status);

    [Fact]
    public async Task RequiresCasWhereTheSecretOrTheMountSaysSo()
    {
        await bench.WriteAsync("metadata/a", """{"cas_required":true}""");
        Assert.Equal(400, (await bench.WriteAsync("data/a", """{"data":{}}""")).Status);
        Assert.Equal(200, (await bench.WriteAsync("data/b", """{"data":{}}""")).Status);
        await bench.WriteAsync("config", """{"cas_required":true}""");
        Assert.Equal(400, (await bench.WriteAsync("data/b", """{"data":{}}""")).Status);
        Assert.Equal(200, (await bench.WriteAsync("data/b", """{"data":{},"options":{"cas":1}}""")).Status);
    }

    [Fact]
    public async Task KeepsTenVersionsUnlessTold()
    {
        for (var i = 0; i < 12; i++) await bench.WriteAsync("data/a", """{"data":{}}""");
        var metadata = (await bench.ReadAsync("metadata/a")).Json();
        Assert.Equal(10, metadata.GetProperty("versions").EnumerateObject().Count());
        Assert.Equal(3, metadata.GetProperty("oldest_version").GetInt64());
        Assert.Equal(10, await bench.CountEntriesAsync("v/"));
        await bench.WriteAsync("config", """{"max_versions":4}""");
        await bench.WriteAsync("data/a", """{"data":{}}""");
        Assert.Equal(4, await bench.CountEntriesAsync("v/"));
        await bench.WriteAsync("metadata/a", """{"max_versions":2}""");
        await bench.WriteAsync("data/a", """{"data":{}}""");
        Assert.Equal(2, await bench.CountEntriesAsync("v/"));
        Assert.Equal(404, (await bench.ReadAsync("data/a?version=12")).Status);
    }

    [Fact]
    public async Task ShowsWhatADeletedVersionWas()
    {
        await bench.WriteAsync("data/a", """{"data":{"v":1}}""");
        Assert.Equal(204, (await bench.DeleteAsync("data/a")).Status);
        var gone = await bench.ReadAsync("data/a");
        Assert.Equal(404, gone.Status);
        Assert.Equal(
            """{"data":null,"metadata":{"created_time":"2026-03-01T12:00:00Z","custom_metadata":null,"deletion_time":"2026-03-01T12:00:00Z","destroyed":false,"version":1}}""",
            gone.Text());
        await bench.WriteAsync("undelete/a", """{"versions":[1]}""");
        Assert.Equal(1, await ValueAsync("data/a"));
    }

    [Fact]
    public async Task NeverBringsBackWhatIsDestroyed()
    {
        await bench.WriteAsync("data/a", """{"data":{"v":"very secret"}}""");
        await bench.WriteAsync("delete/a", """{"versions":["1"]}""");
        Assert.Equal(204, (await bench.WriteAsync("destroy/a", """{"versions":"1"}""")).Status);
        await bench.WriteAsync("undelete/a", """{"versions":[1]}""");
        Assert.Equal(404, (await bench.ReadAsync("data/a")).Status);
        Assert.Equal(0, await bench.CountEntriesAsync("v/"));
        Assert.True((await bench.ReadAsync("metadata/a")).Json().GetProperty("versions").GetProperty("1").GetProperty("destroyed").GetBoolean());
    }

    [Fact]
    public async Task DeletesAVersionWhenItsTimeHasCome()
    {
        await bench.WriteAsync("config", """{"delete_version_after":"1h"}""");
        await bench.WriteAsync("metadata/a", """{"delete_version_after":"30m"}""");
        var made = await bench.WriteAsync("data/a", """{"data":{"v":1}}""");
        Assert.Equal("2026-03-01T12:30:00Z", made.Json().GetProperty("deletion_time").GetString());
        bench.Clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(200, (await bench.ReadAsync("data/a")).Status);
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(404, (await bench.ReadAsync("data/a")).Status);
        await bench.WriteAsync("undelete/a", """{"versions":[1]}""");
        Assert.Equal(200, (await bench.ReadAsync("data/a")).Status);
        Assert.Equal("30m0s", (await bench.ReadAsync("metadata/a")).Json().GetProperty("delete_version_after").GetString());
        Assert.Equal(400, (await bench.WriteAsync("metadata/a", """{"delete_version_after":"never"}""")).Status);
    }

    [Fact]
    public async Task RemovesEverythingWithTheMetadata()
    {
        await bench.WriteAsync("data/a", """{"data":{}}""");
        await bench.WriteAsync("data/a/1", """{"data":{"other":1}}""");
        await bench.WriteAsync("data/a", """{"data":{}}""");
        await bench.DeleteAsync("metadata/a");
        Assert.Equal(404, (await bench.ReadAsync("data/a")).Status);
        Assert.Equal(200, (await bench.ReadAsync("data/a/1")).Status);
        Assert.Equal(1, await bench.CountEntriesAsync("v/"));
    }

    [Fact]
    public async Task PatchesTheLatestVersion()
    {
        await bench.WriteAsync("data/a", """{"data":{"keep":12345678901234567890,"drop":1,"deep":{"x":1,"y":2}}}""");
        var reply = await bench.PatchAsync("data/a", """{"data":{"drop":null,"deep":{"y":3.10},"new":[1]}}""");
        Assert.Equal(2, reply.SecretVersion);
        Assert.StartsWith("""{"data":{"keep":12345678901234567890,"deep":{"x":1,"y":3.10},"new":[1]},""", (await bench.ReadAsync("data/a")).Text(), StringComparison.Ordinal);
        Assert.Equal(400, (await bench.PatchAsync("data/a", """{"data":{"v":1},"options":{"cas":1}}""")).Status);
        Assert.Equal(400, (await bench.PatchAsync("data/a", """{"v":1}""")).Status);
        Assert.Equal(415, (await bench.PatchAsync("data/a", """{"data":{}}""", "application/json")).Status);
    }

    [Fact]
    public async Task HasNothingToPatchWhereNothingIs()
    {
        var missing = await bench.PatchAsync("data/a", """{"data":{"v":1}}""");
        Assert.Equal(405, missing.Status);
        Assert.Empty(missing.Errors);
        await bench.WriteAsync("data/b", """{"data":{"v":1}}""");
        await bench.DeleteAsync("data/b");
        Assert.Equal(404, (await bench.PatchAsync("data/b", """{"data":{"v":1}}""")).Status);
    }

    [Fact]
    public async Task ShowsTheNamesWithoutTheValues()
    {
        await bench.WriteAsync("data/a", """{"data":{"a":"secret","b":{"c":{"d":"secret"},"e":{}},"f":[{"g":1}]}}""");
        Assert.StartsWith("""{"subkeys":{"a":null,"b":{"c":{"d":null},"e":null},"f":null},"metadata":{"created_time":""", (await bench.ReadAsync("subkeys/a")).Text(), StringComparison.Ordinal);
        Assert.StartsWith("""{"subkeys":{"a":null,"b":{"c":null,"e":null},"f":null},""", (await bench.ReadAsync("subkeys/a?depth=2")).Text(), StringComparison.Ordinal);
        Assert.StartsWith("""{"subkeys":{"a":null,"b":null,"f":null},""", (await bench.ReadAsync("subkeys/a?depth=1")).Text(), StringComparison.Ordinal);
        Assert.Equal(404, (await bench.ReadAsync("subkeys/a?version=7")).Status);
        Assert.Equal(404, (await bench.ReadAsync("subkeys/b")).Status);
    }

    [Fact]
    public async Task PointsThoseWhoMissedDataToIt()
    {
        var reply = await bench.ReadAsync("app");
        Assert.Equal(404, reply.Status);
        Assert.Contains("vault kv get", Assert.Single(reply.Warnings), StringComparison.Ordinal);
        Assert.Equal(405, (await bench.ListAsync("data")).Status);
    }

    [Fact]
    public async Task ShowsTheSettingsOfTheMount()
    {
        Assert.Equal("""{"cas_required":false,"delete_version_after":"0s","max_versions":0}""", (await bench.ReadAsync("config")).Text());
        await bench.WriteAsync("config", """{"max_versions":5,"cas_required":true,"delete_version_after":"30m"}""");
        await bench.WriteAsync("config", """{"max_versions":6}""");
        Assert.Equal("""{"cas_required":true,"delete_version_after":"30m0s","max_versions":6}""", (await bench.ReadAsync("config")).Text());
        Assert.Equal(400, (await bench.WriteAsync("config", """{"max_versions":-1}""")).Status);
    }

    [Fact]
    public async Task LetsExactlyOneOfManyWritersWinEachRound()
    {
        const int Writers = 32;
        for (var round = 0; round < 8; round++)
        {
            var replies = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => bench.WriteAsync(
                "data/raced", $$$"""{"data":{"writer":{{{writer}}}},"options":{"cas":{{{round}}}}}"""))));
            var winner = Assert.Single(Enumerable.Range(0, Writers), i => replies[i].Status == 200);
            Assert.All(replies, r => Assert.True(r.Status is 200 or 400));
            var read = (await bench.ReadAsync("data/raced")).Json();
            Assert.Equal(winner, read.GetProperty("data").GetProperty("writer").GetInt32());
            Assert.Equal(round + 1, read.GetProperty("metadata").GetProperty("version").GetInt64());
        }
    }

    private async Task<int> ValueAsync(string path) => (await bench.ReadAsync(path)).Json().GetProperty("data").GetProperty("v").GetInt32();
}
