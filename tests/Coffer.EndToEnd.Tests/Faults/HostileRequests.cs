using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>Clients that mean harm. Whatever they send, the server answers others quickly and stays small.</summary>
public sealed class HostileRequests(HostileRequests.Target target) : IClassFixture<HostileRequests.Target>
{
    private const string Head = "POST /v1/secret/data/hostile HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nContent-Type: application/json\r\n";

    public static TheoryData<string> Malformed =>
    [
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET /v1/sys/health\r\n\r\n",
        "GET /v1/sys/health HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET /v1/sys/health HTTP/1.1\r\n\r\n",
        "GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n",
        "GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nBad\0Name: y\r\n\r\n",
        "GET /v1/\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/%zz HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\n\r\n",
        "GET /v1/secret/data/%00 HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\n\r\n",
        "GET /v1/secret/data/%c3%28 HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\n\r\n",
        "GET http://elsewhere/v1/secret/data/x HTTP/1.1\r\nHost: x\r\n\r\n",
        Head + "Content-Length: -1\r\n\r\n",
        Head + "Content-Length: 99999999999999999999\r\n\r\n",
        Head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        Head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
        Head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        Head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        Head + "Transfer-Encoding: gzip\r\n\r\nxx",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
        "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
        "GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nX-Vault-Wrap-TTL: 9999999999999999999999\r\nX-Vault-Token: root\r\n\r\n",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task MalformedHttpIsRefusedOrDropped(string request)
    {
        var answer = await RawAsync(Encoding.Latin1.GetBytes(request));
        if (answer.Length > 0)
            Assert.True(answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && StatusOf(answer) is < 500 or 505 || answer.Length < 40, answer);
        await AssertServesAsync();
    }

    public static TheoryData<string, string> Bombs => new()
    {
        { "nested lists", new string('[', 1_000_000) },
        { "nested objects", string.Concat(Enumerable.Repeat("{\"a\":", 200_000)) + "1" + new string('}', 200_000) },
        { "nested in data", "{\"data\":" + string.Concat(Enumerable.Repeat("{\"a\":", 200_000)) + "1" + new string('}', 200_001) },
        { "many keys", "{\"data\":{" + string.Join(',', Enumerable.Range(0, 1_000_000).Select(i => $"\"{i}\":1")) + "}}" },
        { "one key many times", "{\"data\":{" + string.Join(',', Enumerable.Repeat("\"a\":1", 1_000_000)) + "}}" },
        { "a long number", "{\"data\":{\"a\":" + new string('9', 5_000_000) + "}}" },
        { "a huge exponent", "{\"data\":{\"a\":1e999999999}}" },
        { "a lone surrogate", "{\"data\":{\"a\":\"\\ud800\"}}" },
        { "a duration too long", "{\"data\":{\"a\":1},\"options\":{\"cas\":1e400}}" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task AJsonBombIsAnsweredSoonAndCostsLittle(string name, string body)
    {
        var clock = Stopwatch.StartNew();
        var bytes = Encoding.UTF8.GetBytes(body);
        var answer = await RawAsync([.. Encoding.ASCII.GetBytes($"{Head}Connection: close\r\nContent-Length: {bytes.Length}\r\n\r\n"), .. bytes]);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{name} took {clock.Elapsed}");
        Assert.True(StatusOf(answer) is (>= 200 and < 500) or 507, $"{name}: {answer}");
        await AssertServesAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("root")]
    public async Task ABodyOf100MegabytesIsRefusedBeforeItIsRead(string? token)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, target.Coffer.Port);
        var stream = client.GetStream();
        var header = token is null ? "" : $"X-Vault-Token: {token}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/secret/data/big HTTP/1.1\r\nHost: x\r\n{header}Content-Length: 104857600\r\n\r\n"));
        var answer = await ReadAsync(stream, TimeSpan.FromSeconds(5));
        Assert.Equal(413, StatusOf(answer));
        await AssertServesAsync();
    }

    [Fact]
    public async Task WithoutATokenABodyOver64KilobytesIsRefused()
    {
        var body = new JsonObject { ["token"] = new string('x', 70_000) };
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await target.Coffer.Anonymous.PostAsync("sys/wrapping/lookup", body)).Status);
    }

    [Fact]
    public async Task AChunkedBodyWithoutEndIsCutOffAtTheLimit()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, target.Coffer.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Head + "Transfer-Encoding: chunked\r\n\r\n"));
        var chunk = Encoding.ASCII.GetBytes($"{1 << 20:x}\r\n{new string(' ', 1 << 20)}\r\n");
        var sent = 0;
        try
        {
            for (; sent < 100; sent++)
                await stream.WriteAsync(chunk).AsTask().WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // Cut off, as it should be.
        }
        Assert.True(sent < 100, "100 MB were taken");
        await AssertServesAsync();
    }

    [Fact]
    [Trait("Long", "yes")]
    public async Task ABodySentByTheByteIsCutOff()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, target.Coffer.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Head + "Content-Length: 1000\r\n\r\n"));
        await AssertCutOffAsync(stream, " "u8.ToArray());
    }

    [Fact]
    [Trait("Long", "yes")]
    public async Task AHeadSentByTheByteIsCutOff()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, target.Coffer.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("GET /v1/sys/health HTTP/1.1\r\nX-Slow: "u8.ToArray());
        await AssertCutOffAsync(stream, "x"u8.ToArray());
    }

    [Fact]
    [Trait("Long", "yes")]
    public async Task TenThousandIdleConnectionsDisturbNobody()
    {
        var idle = new List<Socket>();
        try
        {
            for (var i = 0; i < 10_000; i++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                idle.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, target.Coffer.Port);
            }
            await AssertServesAsync();
            var clock = Stopwatch.StartNew();
            (await target.Coffer.Root.WriteAsync("among-idle", new JsonObject { ["a"] = "1" })).OrThrow();
            (await target.Coffer.Root.ReadAsync("among-idle")).OrThrow();
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"took {clock.Elapsed}");
        }
        finally
        {
            idle.ForEach(s => s.Dispose());
        }
        await AssertServesAsync();
    }

    private static async Task AssertCutOffAsync(NetworkStream stream, byte[] drop)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            while (clock.Elapsed < TimeSpan.FromSeconds(90))
            {
                await stream.WriteAsync(drop);
                await Task.Delay(TimeSpan.FromSeconds(1));
                if (stream.DataAvailable && await stream.ReadAsync(new byte[4096]) >= 0)
                    return;
            }
        }
        catch (IOException)
        {
            return;
        }
        Assert.Fail("still being listened to after 90 seconds");
    }

    private async Task AssertServesAsync()
    {
        var clock = Stopwatch.StartNew();
        (await target.Coffer.Root.GetAsync("auth/token/lookup-self")).OrThrow();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"took {clock.Elapsed}");
        var line = File.ReadLines($"/proc/{target.Coffer.ProcessId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var megabytes = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        Assert.True(megabytes < 1024, $"{megabytes} MB resident");
    }

    private async Task<string> RawAsync(byte[] request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, target.Coffer.Port);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(request);
        }
        catch (IOException)
        {
            // The server has heard enough; its answer may be there all the same.
        }
        return await ReadAsync(stream, TimeSpan.FromSeconds(3));
    }

    /// <summary>What arrives until the server hangs up or falls silent after an answer.</summary>
    private static async Task<string> ReadAsync(NetworkStream stream, TimeSpan patience)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(patience);
        try
        {
            while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer, limit.Token) is var read and > 0)
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Hung up, or nothing more to say.
        }
        return text.ToString();
    }

    private static int StatusOf(string answer) =>
        answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;

    /// <summary>One server for all of it: what one attack breaks the next test sees.</summary>
    public sealed class Target : IAsyncLifetime
    {
        private CofferProcess? coffer;

        public CofferProcess Coffer => coffer!;

        public async ValueTask InitializeAsync() => coffer = await CofferProcess.StartAsync(CofferOptions.Sqlite);

        public ValueTask DisposeAsync() => Coffer.DisposeAsync();
    }
}
