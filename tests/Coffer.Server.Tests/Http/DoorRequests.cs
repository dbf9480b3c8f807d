using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Server.Configuration;

namespace Coffer.Server.Tests.Http;

/// <summary>What the door makes of a request.</summary>
public sealed class DoorRequests : IAsyncLifetime
{
    private TestDoor door = null!;

    public async ValueTask InitializeAsync() => door = await TestDoor.OpenAsync();

    public ValueTask DisposeAsync() => door.DisposeAsync();

    [Theory]
    [InlineData("GET", "/v1/secret/data/x", "read", "secret/data/x")]
    [InlineData("GET", "/v1/secret/data/x?list=false", "read", "secret/data/x")]
    [InlineData("GET", "/v1/secret/data/x?list=true", "list", "secret/data/x/")]
    [InlineData("GET", "/v1/secret/data/x/?list=1", "list", "secret/data/x/")]
    [InlineData("LIST", "/v1/secret/data", "list", "secret/data/")]
    [InlineData("LIST", "/v1/secret/data/", "list", "secret/data/")]
    [InlineData("POST", "/v1/a", "update", "a")]
    [InlineData("PUT", "/v1/a", "update", "a")]
    [InlineData("PATCH", "/v1/a", "patch", "a")]
    [InlineData("DELETE", "/v1/a", "delete", "a")]
    [InlineData("GET", "/v1/a?help=1", "help", "a")]
    [InlineData("GET", "/v1/", "read", "")]
    [InlineData("GET", "/v1/sp%20ace/%C3%A9t%C3%A9%2Bplus+", "read", "sp ace/été+plus+")]
    [InlineData("GET", "/v1/a%2Fb", "read", "a/b")]
    [InlineData("GET", "/v1/a%2525", "read", "a%25")]
    [InlineData("GET", "/v1/.hidden..name", "read", ".hidden..name")]
    [InlineData("GET", "/v1/a/", "read", "a/")]
    public async Task AreMapped(string method, string target, string operation, string path)
    {
        var (status, body, _) = await door.SendAsync(method, target);
        Assert.Equal(200, status);
        var data = JsonNode.Parse(body)!["data"]!;
        Assert.Equal((operation, path), (data["operation"]!.GetValue<string>(), data["path"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("/v1/secret//data/x", "/v1/secret/data/x")]
    [InlineData("/v1/secret/../sys/mounts", "/v1/sys/mounts")]
    [InlineData("/v1/secret/%2e%2e/sys/mounts", "/v1/sys/mounts")]
    [InlineData("/v1/a%2F%2Fb", "/v1/a/b")]
    [InlineData("/v1/a/./b/?list=true", "/v1/a/b/?list=true")]
    [InlineData("/v1/a/..%2f%c3%a9//", "/v1/%C3%A9/")]
    [InlineData("/v1", "/v1/")]
    public async Task ThatAreNotCanonicalAreSentElsewhere(string target, string location)
    {
        var (status, body, response) = await door.SendAsync("GET", target);
        Assert.Equal((301, "", location), (status, body, response.Headers.Location!.OriginalString));
    }

    [Theory]
    [InlineData("GET", "/v2/secret", 404)]
    [InlineData("GET", "/nonsense", 404)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "//evil.example/v1/a", 404)]
    [InlineData("PURGE", "/v1/a", 405)]
    [InlineData("TRACE", "/v1/a", 405)]
    [InlineData("OPTIONS", "/v1/a", 405)]
    [InlineData("GET", "/v1/a?list=maybe", 400)]
    [InlineData("GET", "/v1/a?b=%zz", 400)]
    public async Task ThatAreNoneGetNoReason(string method, string target, int expected)
    {
        var (status, body, response) = await door.SendAsync(method, target);
        Assert.Equal((expected, "{\"errors\":[]}\n"), (status, body));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData("/v1/%zz")]
    [InlineData("/v1/%ff")]
    [InlineData("/v1/%c0%af")]
    [InlineData("/v1/a%0ab")]
    [InlineData("/v1/a%")]
    public async Task WithBrokenEncodingsAreRefused(string target)
    {
        var (status, body, _) = await door.SendAsync("GET", target);
        Assert.Equal((400, "{\"errors\":[\"malformed path\"]}\n"), (status, body));
    }

    [Fact]
    public async Task OfHeadAreServedForHealthOnly()
    {
        Assert.Equal((200, ""), Two(await door.SendAsync("HEAD", "/v1/sys/health?activecode=299")));
        Assert.Equal((405, ""), Two(await door.SendAsync("HEAD", "/v1/secret/data/x")));
    }

    [Theory]
    [InlineData("t", "X-Vault-Token", "t", "Authorization", "Bearer other")]
    [InlineData("t", "X-Coffer-Token", "t", "Authorization", "Bearer other")]
    [InlineData("t", "Authorization", "Bearer t")]
    [InlineData("t", "authorization", "bearer  t ")]
    [InlineData(null, "Authorization", "Bearer ")]
    [InlineData(null, "Authorization", "Basic cm9vdDo=")]
    [InlineData(null, "X-Vault-Token", "")]
    [InlineData("t", "X-Vault-Token", "", "Authorization", "Bearer t")]
    public async Task CarryTheirToken(string? token, params string[] headers)
    {
        var pairs = headers.Chunk(2).Select(pair => (pair[0], pair[1])).ToArray();
        var (_, body, _) = await door.SendAsync("GET", "/v1/a", null, pairs);
        Assert.Equal(token, (string?)JsonNode.Parse(body)!["data"]!["token"]);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("/", true)]
    [InlineData("root", true)]
    [InlineData("root/", true)]
    [InlineData("ROOT", false)]
    [InlineData("team", false)]
    [InlineData("root,team", false)]
    [InlineData("..", false)]
    public async Task ReachTheRootNamespaceOnly(string name, bool served)
    {
        var (status, body, _) = await door.SendAsync("GET", "/v1/a", null, ("X-Vault-Namespace", name));
        Assert.Equal(served ? 200 : 404, status);
        if (!served) Assert.Equal("{\"errors\":[\"namespace not found\"]}\n", body);
    }

    [Theory]
    [InlineData("60", "00:01:00")]
    [InlineData("2m", "00:02:00")]
    [InlineData("", null)]
    public async Task SayHowLongToWrap(string header, string? ttl)
    {
        var (_, body, _) = await door.SendAsync("GET", "/v1/a", null, ("X-Vault-Wrap-TTL", header));
        Assert.Equal(ttl, (string?)JsonNode.Parse(body)!["data"]!["wrap"]);
    }

    [Theory]
    [InlineData("-5", "requested wrap ttl cannot be negative")]
    [InlineData("soon", "time: ")]
    public async Task WithAWrongWrapTtlAreRefused(string header, string reason)
    {
        var (status, body, _) = await door.SendAsync("GET", "/v1/a", null, ("X-Vault-Wrap-TTL", header));
        Assert.Equal(400, status);
        Assert.Contains("error parsing X-Vault-Wrap-TTL header: " + reason, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BringTheirBodyQueryAndHeaders()
    {
        var (_, body, _) = await door.SendAsync(
            "POST", "/v1/a?x=1&y=a%20b+c&z", Encoding.UTF8.GetBytes("{\"k\": \"ü\"} trailing"), ("X-Test", "yes"));
        var data = JsonNode.Parse(body)!["data"]!;
        Assert.Equal("{\"k\": \"ü\"} trailing", (string?)data["body"]);
        Assert.Equal("x=1 y=a b c z=", (string?)data["query"]);
        Assert.Equal("yes", (string?)data["header"]);
        Assert.Equal("127.0.0.1", (string?)data["client"]);
    }

    [Fact]
    public async Task OfFormsBecomeJson()
    {
        var (_, body, _) = await door.SendAsync("POST", "/v1/a", "data=1&list=a&list=b%26&e="u8.ToArray(),
            ("Content-Type", "application/x-www-form-urlencoded"));
        Assert.Equal("""{"data":"1","list":["a","b\u0026"],"e":""}""", (string?)JsonNode.Parse(body)!["data"]!["body"]);
    }

    [Fact]
    public async Task OfJsonThatCurlCallsAFormStayJson()
    {
        var (_, body, _) = await door.SendAsync(
            "POST", "/v1/secret/data/x", " {\"data\":{\"a\":\"b=c&d\"}}"u8.ToArray(), ("Content-Type", "application/x-www-form-urlencoded"));
        Assert.Equal("""{"data":{"a":"b=c&d"}}""", JsonNode.Parse(body)!["data"]!["body"]!.GetValue<string>().Trim());
    }

    [Theory]
    [InlineData("10.0.0.1, 203.0.113.7", 0, 200, "203.0.113.7")]
    [InlineData("10.0.0.1, 203.0.113.7", 1, 200, "10.0.0.1")]
    [InlineData("10.0.0.1, 203.0.113.7:4711", 0, 200, "203.0.113.7")]
    [InlineData("[2001:db8::1]:80", 0, 200, "2001:db8::1")]
    [InlineData("10.0.0.1", 1, 400, "hops to skip (1)")]
    [InlineData("nobody", 0, 400, "malformed x-forwarded-for header")]
    [InlineData(null, 0, 400, "missing x-forwarded-for header")]
    public async Task OfTrustedProxiesComeFromTheirClients(string? header, int skips, int expected, string found)
    {
        var forwarded = new ForwardedForConfig([IPNetwork.Parse("127.0.0.0/8")]) { HopSkips = skips };
        await using var proxied = await TestDoor.OpenAsync(change: listener => listener with { ForwardedFor = forwarded });
        (string, string)[] headers = header is null ? [] : [("X-Forwarded-For", header)];
        var (status, body, _) = await proxied.SendAsync("GET", "/v1/a", null, headers);
        Assert.Equal(expected, status);
        Assert.Contains(found, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfStrangersCannotPretendToBeProxies()
    {
        var forwarded = new ForwardedForConfig([IPNetwork.Parse("192.0.2.0/24")]);
        await using var proxied = await TestDoor.OpenAsync(change: listener => listener with { ForwardedFor = forwarded });
        Assert.Equal(400, (await proxied.SendAsync("GET", "/v1/a", null, ("X-Forwarded-For", "10.0.0.1"))).Status);
        Assert.Equal(200, (await proxied.SendAsync("GET", "/v1/a")).Status);
    }

    private static (int, string) Two((int Status, string Body, HttpResponseMessage Response) answer) => (answer.Status, answer.Body);
}
