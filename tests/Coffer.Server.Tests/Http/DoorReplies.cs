using System.Text.Json.Nodes;
using Coffer.Core.Requests;
using Coffer.Core.SystemApi;
using Coffer.Core.Tokens;

namespace Coffer.Server.Tests.Http;

/// <summary>How replies look on the wire.</summary>
public sealed class DoorReplies
{
    private static readonly ReadOnlyMemory<byte> Data = "{\"n\":12345678901234567890,\"f\":1.50}"u8.ToArray();

    [Fact]
    public async Task StandInVaultsEnvelope()
    {
        var (status, body, response) = await AnswerAsync(new Reply { Data = Data });
        Assert.Equal(200, status);
        Assert.Matches(
            """^\{"request_id":"[0-9a-f]{8}-[0-9a-f-]{27}","lease_id":"","renewable":false,"lease_duration":0,"data":\{"n":12345678901234567890,"f":1.50\},"wrap_info":null,"warnings":null,"auth":null\}\n$""",
            body);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.False(response.Headers.Contains("Server"));
        Assert.NotNull(response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task RepeatTheirDataAtTheTopWhereVaultDoes()
    {
        var json = JsonNode.Parse((await AnswerAsync(new Reply { Data = Data, Envelope = Envelope.CopiedToTop })).Body)!;
        Assert.Equal("1.50", json["f"]!.ToJsonString());
        Assert.Equal("1.50", json["data"]!["f"]!.ToJsonString());
        Assert.NotNull(JsonNode.Parse((await AnswerAsync(Reply.Json(_ => { }, Envelope.CopiedToTop))).Body)!["data"]);
    }

    [Fact]
    public async Task MayBeBare() =>
        Assert.Equal("{\"n\":12345678901234567890,\"f\":1.50}\n", (await AnswerAsync(new Reply { Data = Data, Envelope = Envelope.Bare, Status = 503 })).Body);

    [Fact]
    public async Task OfNothingAreEmpty()
    {
        Assert.Equal((204, ""), Two(await AnswerAsync(Reply.Empty())));
        Assert.Equal((404, "{\"errors\":[]}\n"), Two(await AnswerAsync(Reply.NotFound())));
    }

    [Fact]
    public async Task OfNothingStillWarn()
    {
        var (status, body, _) = await AnswerAsync(new Reply { Status = 204, Warnings = ["a <b>"] });
        Assert.Equal(200, status);
        Assert.Contains("\"data\":null,\"wrap_info\":null,\"warnings\":[\"a <b>\"],\"auth\":null}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefuseWithReasons() => Assert.Equal(
        (403, "{\"errors\":[\"1 error occurred:\\n\\t* permission denied\\n\\n\"]}\n"),
        Two(await AnswerAsync(Reply.Refuse(403, "1 error occurred:\n\t* permission denied\n\n"))));

    [Fact]
    public async Task OfDeletedVersionsAre404WithTheirMetadata()
    {
        var (status, body, _) = await AnswerAsync(new Reply { Status = 404, Data = Data });
        Assert.Equal(404, status);
        Assert.NotNull(JsonNode.Parse(body)!["data"]!["n"]);
    }

    [Fact]
    public async Task ShowLeases()
    {
        var leased = JsonNode.Parse((await AnswerAsync(new Reply { Data = Data, LeaseBlock = new("a/b", TimeSpan.FromHours(1), true) })).Body)!;
        Assert.Equal("a/b true 3600", $"{leased["lease_id"]} {leased["renewable"]} {leased["lease_duration"]}");
        var plain = JsonNode.Parse((await AnswerAsync(new Reply { Data = Data, LeaseDuration = TimeSpan.FromSeconds(90) })).Body)!;
        Assert.Equal(" false 90", $"{plain["lease_id"]} {plain["renewable"]} {plain["lease_duration"]}");
    }

    [Fact]
    public async Task ShowTokens()
    {
        var auth = new AuthBlock
        {
            ClientToken = "hvs.x",
            Accessor = "acc",
            Policies = ["default", "p"],
            TokenPolicies = ["default", "p"],
            LeaseDuration = TimeSpan.FromMinutes(1),
            Renewable = true,
            TokenType = TokenType.Batch,
        };
        Assert.Equal(
            """{"client_token":"hvs.x","accessor":"acc","policies":["default","p"],"token_policies":["default","p"],"metadata":null,"lease_duration":60,"renewable":true,"entity_id":"","token_type":"batch","orphan":false,"mfa_requirement":null,"num_uses":0}""",
            JsonNode.Parse((await AnswerAsync(new Reply { AuthBlock = auth })).Body)!["auth"]!.ToJsonString());
    }

    [Fact]
    public async Task ThatAreWrappedShowNothingElse()
    {
        var wrap = new WrapBlock("hvs.w", "acc", TimeSpan.FromMinutes(2), DateTimeOffset.UnixEpoch.AddTicks(1), "secret/data/w", "inner");
        var (status, body, _) = await AnswerAsync(new Reply { Status = 204, Data = Data, Wrap = wrap });
        Assert.Equal(200, status);
        Assert.Equal(
            """{"request_id":"","lease_id":"","renewable":false,"lease_duration":0,"data":null,"wrap_info":{"token":"hvs.w","accessor":"acc","ttl":120,"creation_time":"1970-01-01T00:00:00.0000001Z","creation_path":"secret/data/w","wrapped_accessor":"inner"},"warnings":null,"auth":null}""" + "\n",
            body);
    }

    [Fact]
    public async Task MayBeRaw()
    {
        var (_, body, response) = await AnswerAsync(new Reply
        {
            Raw = new("application/pem-certificate-chain", "PEM"u8.ToArray()),
            Headers = new Dictionary<string, string> { ["X-Mine"] = "1" },
        });
        Assert.Equal("PEM", body);
        Assert.Equal("application/pem-certificate-chain", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("1", response.Headers.GetValues("X-Mine").Single());
        var stream = new RawContent("application/gzip", default, async (to, cancel) => await to.WriteAsync("stream"u8.ToArray(), cancel));
        var streamed = await AnswerAsync(new Reply { Raw = stream });
        Assert.Equal("stream", streamed.Body);
    }

    [Fact]
    public async Task OfBrokenCodeSayNothingButTheRequest()
    {
        await using var door = await TestDoor.OpenAsync((_, _) => throw new InvalidOperationException("secret detail"));
        var (status, body, _) = await door.SendAsync("GET", "/v1/a");
        Assert.Equal(500, status);
        Assert.Matches("""^\{"errors":\["internal error \(request [0-9a-f-]{36}\)"\]\}\n$""", body);
    }

    [Theory]
    [InlineData("http://a.example", "GET", 200, "http://a.example")]
    [InlineData("http://a.example", "OPTIONS", 204, "http://a.example")]
    [InlineData("http://evil.example", "GET", 403, null)]
    public async Task PermitOrigins(string origin, string method, int expected, string? allowed)
    {
        await using var door = await TestDoor.OpenAsync(cors: new CorsSettings(true, ["http://a.example"], ["X-Vault-Token"]));
        var (status, _, response) = await door.SendAsync(method, "/v1/a", null, ("Origin", origin), ("Access-Control-Request-Method", "GET"));
        Assert.Equal(expected, status);
        Assert.Equal(allowed, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null);
    }

    private static async Task<(int Status, string Body, HttpResponseMessage Response)> AnswerAsync(Reply reply)
    {
        await using var door = await TestDoor.OpenAsync((_, _) => ValueTask.FromResult(reply));
        return await door.SendAsync("GET", "/v1/a");
    }

    private static (int, string) Two((int Status, string Body, HttpResponseMessage Response) answer) => (answer.Status, answer.Body);
}
