using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.Client.Tests;

public sealed class KeyValueSecrets
{
    [Fact]
    public async Task AsksForAMountOnce()
    {
        using var server = new CannedServer(Answer);
        using var client = new CofferClient(new CofferOptions { Address = server.Address, WrapTtl = "1m" });
        KvSecret? first = await client.Kv.GetAsync("team/kv/app", TestContext.Current.CancellationToken);
        KvSecret? second = await client.Kv.GetAsync("team/kv/other", TestContext.Current.CancellationToken);
        Assert.Equal(("v", 3, "team/kv/"), (first?["s"], first?.Version?.Version, first?.Path.Mount));
        Assert.Null(second);
        CannedRequest preflight = Assert.Single(server.Requests, request => request.Target.Contains("internal", StringComparison.Ordinal));
        Assert.Null(preflight.Header("X-Vault-Wrap-TTL"));
    }

    [Fact]
    public async Task WritesWhatEachVersionWants()
    {
        using var server = new CannedServer(Answer);
        using var client = new CofferClient(new CofferOptions { Address = server.Address });
        await client.Kv.PutAsync("team/kv/app", new JsonObject { ["a"] = 1 }, TestContext.Current.CancellationToken);
        Assert.Equal(("/v1/team/kv/data/app", """{"data":{"a":1},"options":{}}"""), Last(server));
        await client.Kv.PutAsync(new KvPath("team/kv/", 2, "app"), new JsonObject { ["a"] = 1 }, cas: 0, TestContext.Current.CancellationToken);
        Assert.Equal(("/v1/team/kv/data/app", """{"data":{"a":1},"options":{"cas":0}}"""), Last(server));
        await client.Kv.PutAsync("old/app", new JsonObject { ["a"] = 1 }, TestContext.Current.CancellationToken);
        Assert.Equal(("/v1/old/app", """{"a":1}"""), Last(server));
        await client.Kv.DestroyAsync(new KvPath("team/kv/", 2, "app"), [1, 2], TestContext.Current.CancellationToken);
        Assert.Equal(("/v1/team/kv/destroy/app", """{"versions":[1,2]}"""), Last(server));
    }

    private static (string Target, string Body) Last(CannedServer server) => (server.Requests[^1].Target, server.Requests[^1].Body);

    private static CannedReply Answer(CannedRequest request) => request.Target switch
    {
        "/v1/sys/internal/ui/mounts/team/kv/app" => new(200, """{"data":{"path":"team/kv/","options":{"version":"2"}}}"""),
        "/v1/sys/internal/ui/mounts/old/app" => new(200, """{"data":{"path":"old/","options":null}}"""),
        "/v1/team/kv/data/app" => new(200, """{"data":{"data":{"s":"v"},"metadata":{"version":3}}}"""),
        "/v1/team/kv/data/other" => new(404, """{"errors":[]}"""),
        _ => new(204),
    };
}
