using System.Buffers;
using System.Text;
using System.Text.Json;
using Coffer.Core.Audit;
using CsCheck;

namespace Coffer.Core.Tests.Audit;

public sealed class AnAuditEvent : IDisposable
{
    private readonly AuditHasher hasher = new(Enumerable.Repeat((byte)9, 32).ToArray());

    public void Dispose() => hasher.Dispose();

    [Fact]
    public void HashesAsHmacSha256()
    {
        // RFC 4231, test case 2.
        using var jefe = new AuditHasher(Encoding.ASCII.GetBytes("Jefe".PadRight(32, '\0')));
        Assert.Equal("hmac-sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", jefe.Hash("what do ya want for nothing?"));
    }

    [Fact]
    public void IsOneCanonicalObject()
    {
        var text = Write(new()
        {
            Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Phase = AuditPhase.Exchange,
            RequestId = "r-1",
            Node = "n1",
            Auth = new() { Accessor = "acc", DisplayName = "ci", Policies = ["default", "dev"], EntityId = "e-1", TokenType = "service" },
            ClientToken = "hvs.secret",
            Mount = "secret/",
            MountType = "kv",
            Path = "secret/data/app",
            Operation = "read",
            Decision = "allow",
            Policy = "dev",
            Rule = "secret/data/*",
            ClientAddress = "10.0.0.1",
            SecretVersion = 3,
            ResponseData = "{\"data\":{\"password\":\"p\",\"port\":5432,\"tls\":true,\"none\":null}}"u8.ToArray(),
            Status = 200,
        });
        Assert.Equal(
            "{\"time\":\"2026-01-02T03:04:05Z\",\"node\":\"n1\",\"request_id\":\"r-1\",\"phase\":\"exchange\","
            + $"\"actor\":{{\"accessor\":\"{hasher.Hash("acc")}\",\"display_name\":\"ci\",\"policies\":[\"default\",\"dev\"],\"entity_id\":\"e-1\",\"token_type\":\"service\"}},"
            + $"\"token\":\"{hasher.Hash("hvs.secret")}\",\"namespace\":\"root\",\"mount\":\"secret/\",\"mount_type\":\"kv\",\"path\":\"secret/data/app\","
            + "\"operation\":\"read\",\"decision\":\"allow\",\"policy\":\"dev\",\"rule\":\"secret/data/*\",\"client\":\"10.0.0.1\",\"version\":3,"
            + $"\"response\":{{\"data\":{{\"password\":\"{hasher.Hash("p")}\",\"port\":5432,\"tls\":true,\"none\":null}}}},\"status\":200}}",
            text);
    }

    [Fact]
    public void KeepsTunedKeysClear()
    {
        var text = Write(Event("{\"role\":\"a\\\"b\",\"roles\":[\"x\",{\"y\":\"z\"}],\"secret\":{\"role\":\"deep\",\"s\":\"t\"}}", "role", "roles"));
        Assert.Contains(
            $"\"request\":{{\"role\":\"a\\\"b\",\"roles\":[\"x\",{{\"y\":\"{hasher.Hash("z")}\"}}],\"secret\":{{\"role\":\"deep\",\"s\":\"{hasher.Hash("t")}\"}}}}",
            text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json, but secret")]
    [InlineData("\"secret\"")]
    [InlineData("[\"secret\"]")]
    [InlineData("{\"a\":\"secret\"")]
    [InlineData("{\"a\":\"secret\"} secret")]
    [InlineData("{\"a\":\"\\ud800secret\"}")]
    [InlineData("{\"\\ud800secret\":1}")]
    public void RecordsAnythingElseAsOneHash(string body) => // CVE-2025-62513, CVE-2025-62705
        Assert.Contains($"\"request\":{{\"http_raw_body\":\"{hasher.Hash(body)}\"}}", Write(Event(body)), StringComparison.Ordinal);

    [Fact]
    public void RecordsTooMuchAsADigest()
    {
        var body = JsonSerializer.Serialize(new Dictionary<string, string[]> { ["keys"] = [.. Enumerable.Range(0, 2000).Select(i => $"key {i}")] });
        var text = Write(Event(body));
        Assert.Contains($"\"request\":{{\"digest\":\"{hasher.Hash(body)}\",\"bytes\":{body.Length}}}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void FitsWhateverItsNamesAre()
    {
        var text = Write(new()
        {
            Time = DateTimeOffset.UnixEpoch,
            Phase = AuditPhase.Request,
            RequestId = new('r', 70_000),
            Path = new('p', 70_000),
            Operation = "read",
            Auth = new() { Accessor = "a", Policies = [.. Enumerable.Range(0, 20_000).Select(i => $"policy-{i}")] },
        });
        Assert.Contains("\"shortened\":true", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 100, 5_000);
    }

    [Fact]
    public void NeverShowsAStringOfTheData() => Gen.String.Where(text => text.Length > 3).Sample(secret =>
    {
        var body = JsonSerializer.Serialize(new { a = secret, b = new[] { secret }, c = new { d = "x" + secret + "y" } });
        var text = Write(Event(body));
        using var parsed = JsonDocument.Parse(text);
        Assert.DoesNotContain(Encoding.UTF8.GetString(JsonEncodedText.Encode(secret, AuditJson.Options.Encoder).EncodedUtf8Bytes), Data(text), StringComparison.Ordinal);
        static string Data(string line) => line[line.IndexOf("\"request\":", StringComparison.Ordinal)..];
    });

    [Fact]
    public async Task GoesThroughTheTrail()
    {
        using var fixture = new LogFixture();
        var trail = new AuditTrail();
        await Assert.ThrowsAsync<AuditUnavailableException>(() => trail.RecordAsync(Event("{}")).AsTask());
        trail.Open(await fixture.OpenAsync(), new(new byte[32]), new(TimeProvider.System), "n1", TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Task.Run(() => trail.RecordAsync(Event("{\"a\":\"b\"}")).AsTask())));
        await trail.CloseAsync();
        Assert.Empty(fixture.Verify().Findings);
        Assert.Equal(500, fixture.Verify().Entries);
    }

    private static AuditEvent Event(string body, params string[] clear) => new()
    {
        Time = DateTimeOffset.UnixEpoch,
        Phase = AuditPhase.Request,
        RequestId = "r",
        Path = "p",
        Operation = "update",
        RequestData = Encoding.UTF8.GetBytes(body),
        ClearRequestKeys = clear,
    };

    private string Write(AuditEvent audited)
    {
        var output = new ArrayBufferWriter<byte>();
        AuditLeaf.Write(audited, hasher, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
