using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Coffer.Server.Tests.Http;

/// <summary>Malformed, oversized and slow requests, as bytes on a socket.</summary>
public sealed class DoorLimits
{
    [Theory]
    [InlineData("GARBAGE\r\n\r\n", "400")]
    [InlineData("GET /v1/a HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET /v1/a HTTP/9.9\r\nHost: x\r\n\r\n", "505")]
    [InlineData("GET /v1/a\0b HTTP/1.1\r\nHost: x\r\n\r\n", "400")]
    [InlineData("GET /v1/a HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n", "400")]
    [InlineData("GET /v1/a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400")]
    [InlineData("POST /v1/a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400")]
    [InlineData("POST /v1/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400")]
    [InlineData("POST /v1/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400")]
    [InlineData("POST /v1/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "400")]
    [InlineData("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", "400")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "400")]
    [InlineData("GET http://x/v1/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200")]
    [InlineData("GET http://x/v1/../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "301")]
    [InlineData("GET /v1/a%00b HTTP/1.1\r\nHost: x\r\n\r\n", "400")]
    [InlineData("get /v1/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "405")]
    public async Task AnswerMalformedHttp(string sent, string status)
    {
        await using var door = await TestDoor.OpenAsync();
        var answer = await door.RawAsync(sent);
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Kestrel", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Padding", 1_200_000, "431")]
    [InlineData("X-Padding", 70_000, "431")]
    [InlineData("X-Vault-Token", 20_000, "200")]
    public async Task BoundHeaders(string name, int length, string status)
    {
        await using var door = await TestDoor.OpenAsync();
        var padding = new string('x', length);
        var answer = await door.RawAsync($"GET /v1/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{name}: {padding}\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BoundTheNumberOfHeaders()
    {
        await using var door = await TestDoor.OpenAsync();
        var headers = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: y\r\n"));
        Assert.StartsWith("HTTP/1.1 431", await door.RawAsync($"GET /v1/a HTTP/1.1\r\nHost: x\r\n{headers}\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BoundPaths()
    {
        await using var door = await TestDoor.OpenAsync();
        Assert.Equal(200, (await door.SendAsync("GET", "/v1/" + new string('p', 5000))).Status);
        var answer = await door.RawAsync($"GET /v1/{new string('p', 20_000)} HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 414", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 64 << 10, 200)]
    [InlineData(false, (64 << 10) + 1, 413)]
    [InlineData(true, (64 << 10) + 1, 200)]
    [InlineData(true, 1 << 20, 200)]
    [InlineData(true, (1 << 20) + 1, 413)]
    public async Task BoundBodiesByWhoSendsThem(bool withToken, int length, int expected)
    {
        await using var door = await TestDoor.OpenAsync(change: listener => listener with { MaxRequestSize = 1 << 20 });
        (string, string)[] headers = withToken ? [("X-Vault-Token", "t")] : [];
        var (status, body, _) = await door.SendAsync("POST", "/v1/a", new byte[length], headers);
        Assert.Equal(expected, status);
        if (expected == 413) Assert.Contains("request body too large", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BoundBodiesOfUnknownLength()
    {
        await using var door = await TestDoor.OpenAsync();
        var chunk = $"2000\r\n{new string('x', 0x2000)}\r\n";
        var sent = "POST /v1/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            + string.Concat(Enumerable.Repeat(chunk, 20)) + "0\r\n\r\n";
        Assert.StartsWith("HTTP/1.1 413", await door.RawAsync(sent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefuseAHundredMegabytesWithoutReadingThemIn()
    {
        await using var door = await TestDoor.OpenAsync();
        var before = GC.GetTotalAllocatedBytes();
        var (status, _, _) = await door.SendAsync("POST", "/v1/a", new byte[100 << 20], ("X-Vault-Token", "t"));
        Assert.Equal(413, status);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 130 << 20);
    }

    [Fact]
    public async Task LetUploadsStream()
    {
        await using var door = await TestDoor.OpenAsync(change: listener => listener with { MaxRequestSize = 1000 });
        var (status, body, _) = await door.SendAsync("POST", "/v1/sys/restore", new byte[5 << 20], ("X-Vault-Token", "t"));
        Assert.Equal(200, status);
        Assert.Equal(5 << 20, (int)JsonNode.Parse(body)!["data"]!["uploaded"]!);
        Assert.Equal(413, (await door.SendAsync("POST", "/v1/sys/restore", new byte[5 << 20])).Status);
    }

    [Fact]
    public async Task EndRequestsThatTakeTooLong()
    {
        await using var door = await TestDoor.OpenAsync(
            async (_, cancel) =>
            {
                await Task.Delay(TimeSpan.FromMinutes(1), cancel);
                throw new InvalidOperationException();
            },
            listener => listener with { MaxRequestDuration = TimeSpan.FromMilliseconds(100) });
        var clock = Stopwatch.StartNew();
        var (status, body, _) = await door.SendAsync("GET", "/v1/a");
        Assert.Equal(503, status);
        Assert.Contains("took longer than 100ms", body, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task HangUpOnSlowHeaders()
    {
        await using var door = await TestDoor.OpenAsync(change: listener => listener with { ReadHeaderTimeout = TimeSpan.FromSeconds(1) });
        var clock = Stopwatch.StartNew();
        var answer = await door.RawAsync("GET /v1/a HTTP/1.1\r\nHo", seconds: 15);
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.5, 5);
    }

    [Fact]
    public async Task HangUpOnSlowBodies()
    {
        await using var door = await TestDoor.OpenAsync();
        var clock = Stopwatch.StartNew();
        var answer = await door.RawAsync("POST /v1/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{", seconds: 20);
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed.TotalSeconds, 1, 15);
    }

    [Fact]
    public async Task ServeBesideManyIdleConnections()
    {
        await using var door = await TestDoor.OpenAsync();
        var idle = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 300; i++)
            {
                var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", door.Address.Port);
                idle.Add(client);
            }
            Assert.Equal(200, (await door.SendAsync("GET", "/v1/a")).Status);
        }
        finally
        {
            foreach (var client in idle) client.Dispose();
        }
    }
}
