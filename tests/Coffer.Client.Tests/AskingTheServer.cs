using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.Client.Tests;

public sealed class AskingTheServer
{
    private const string Body = """{"request_id":"r","lease_id":"","renewable":false,"lease_duration":60,"data":{"n":12345678901234567890.10,"s":"v"},"wrap_info":null,"warnings":["w"],"auth":null}""";

    [Fact]
    public async Task SendsTokenNamespaceAndWrapTtl()
    {
        using var server = new CannedServer(_ => new(200, Body));
        using var client = new CofferClient(new CofferOptions { Address = server.Address, Token = "hvs.t", Namespace = "team", WrapTtl = "60s" });
        Secret? secret = await client.ReadAsync("secret/a b/ü", TestContext.Current.CancellationToken);
        CannedRequest request = Assert.Single(server.Requests);
        Assert.Equal(("GET", "/v1/secret/a%20b/%C3%BC"), (request.Method, request.Target));
        Assert.Equal(("hvs.t", "team", "60s", "true"), (request.Header("X-Vault-Token"), request.Header("X-Vault-Namespace"), request.Header("X-Vault-Wrap-TTL"), request.Header("X-Vault-Request")));
        Assert.NotNull(secret);
        Assert.Equal(TimeSpan.FromMinutes(1), secret.LeaseDuration);
        Assert.Equal(["w"], secret.Warnings);
    }

    [Fact]
    public async Task KeepsNumbersExact()
    {
        using var server = new CannedServer(_ => new(200, Body));
        using var client = new CofferClient(new CofferOptions { Address = server.Address });
        Secret? secret = await client.ReadAsync("x", TestContext.Current.CancellationToken);
        Assert.Equal("12345678901234567890.10", secret?.GetField("n"));
        await client.WriteAsync("x", (JsonObject)JsonNode.Parse("""{"n":12345678901234567890.10}""")!, TestContext.Current.CancellationToken);
        Assert.Equal("""{"n":12345678901234567890.10}""", server.Requests[^1].Body);
    }

    [Fact]
    public async Task ListsByAQuery()
    {
        using var server = new CannedServer(_ => new(200, """{"data":{"keys":["a","b/"]}}"""));
        using var client = new CofferClient(new CofferOptions { Address = server.Address });
        Assert.Equal(["a", "b/"], (await client.ListAsync("secret/", TestContext.Current.CancellationToken))?.Keys);
        Assert.Equal(("GET", "/v1/secret/?list=true"), (server.Requests[0].Method, server.Requests[0].Target));
    }

    [Fact]
    public async Task PatchesByMergePatch()
    {
        using var server = new CannedServer(_ => new(204));
        using var client = new CofferClient(new CofferOptions { Address = server.Address });
        Assert.Null(await client.PatchAsync("x", new JsonObject { ["a"] = null }, TestContext.Current.CancellationToken));
        Assert.Equal(("PATCH", "application/merge-patch+json", """{"a":null}"""), (server.Requests[0].Method, server.Requests[0].Header("Content-Type"), server.Requests[0].Body));
    }

    [Fact]
    public async Task TakesAnEmpty404AsNothingAndAFull404AsAReply()
    {
        using var empty = new CannedServer(_ => new(404, """{"errors":[]}"""));
        using var client = new CofferClient(new CofferOptions { Address = empty.Address });
        Assert.Null(await client.ReadAsync("x", TestContext.Current.CancellationToken));

        using var full = new CannedServer(_ => new(404, """{"data":{"data":null,"metadata":{"version":2}}}"""));
        using var other = new CofferClient(new CofferOptions { Address = full.Address });
        Assert.NotNull(await other.ReadAsync("x", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task RefusalsCarryStatusErrorsAndPath()
    {
        using var server = new CannedServer(_ => new(403, """{"errors":["permission denied"]}"""));
        using var client = new CofferClient(new CofferOptions { Address = server.Address, Token = "hvs.secret" });
        CofferException refusal = await Assert.ThrowsAsync<CofferException>(() => client.ReadAsync("a/b", TestContext.Current.CancellationToken));
        Assert.Equal((403, "a/b", "GET"), (refusal.StatusCode, refusal.Path, refusal.Method));
        Assert.Equal(["permission denied"], refusal.Errors);
        Assert.DoesNotContain("hvs.", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoServerIsUnreachable()
    {
        using var client = new CofferClient(new CofferOptions { Address = new Uri($"http://127.0.0.1:{FreePort.Next()}") });
        CofferException failure = await Assert.ThrowsAsync<CofferException>(() => client.ReadAsync("x", TestContext.Current.CancellationToken));
        Assert.True(failure.IsUnreachable);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task PathsThatHttpWouldResolveAreRefused(string segment)
    {
        using var client = new CofferClient(new CofferOptions());
        await Assert.ThrowsAsync<ArgumentException>(() => client.ReadAsync($"secret/{segment}/x", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task FollowsAStandbyToItsLeaderOnce()
    {
        using var leader = new CannedServer(_ => new(200, Body));
        using var standby = new CannedServer(request => new(307, "", ("Location", leader.Address.GetLeftPart(UriPartial.Authority) + request.Target)));
        using var client = new CofferClient(new CofferOptions { Address = standby.Address, Token = "hvs.t" });
        await client.WriteAsync("x", new JsonObject { ["a"] = "b" }, TestContext.Current.CancellationToken);
        CannedRequest request = Assert.Single(leader.Requests);
        Assert.Equal(("PUT", "hvs.t", """{"a":"b"}"""), (request.Method, request.Header("X-Vault-Token"), request.Body));
    }

    [Fact]
    public void NothingSecretIsInText()
    {
        using JsonDocument document = JsonDocument.Parse("""{"request_id":"r","data":{"s":"s3cret"},"auth":{"client_token":"hvs.x"},"wrap_info":{"token":"hvs.w"}}""");
        var secret = new Secret(document.RootElement);
        using var client = new CofferClient(new CofferOptions { Token = "hvs.c" });
        string all = $"{secret}{secret.Auth}{secret.WrapInfo}{client}{new CofferOptions { Token = "hvs.c" }}";
        Assert.DoesNotContain("hvs.", all, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", all, StringComparison.Ordinal);
    }
}
