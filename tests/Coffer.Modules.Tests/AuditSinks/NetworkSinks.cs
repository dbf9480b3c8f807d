using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Coffer.Core.Audit;

namespace Coffer.Modules.Tests.AuditSinks;

public sealed class NetworkSinks
{
    [Fact]
    public async Task SyslogSendsDatagrams()
    {
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)receiver.Client.LocalEndPoint!).Port;
        var (sink, _) = SinkFixture.Create("syslog", "/", ("address", $"udp://127.0.0.1:{port}"), ("facility", "LOCAL1"), ("tag", "vault"));
        await using (sink)
        {
            await SinkFixture.SendAsync(sink, SinkFixture.Event());
            var text = Encoding.UTF8.GetString((await receiver.ReceiveAsync(Deadline())).Buffer);
            Assert.StartsWith("<142>1 2026-01-02T03:04:05.000000Z ", text, StringComparison.Ordinal);
            Assert.Contains(" vault ", text, StringComparison.Ordinal);
            Assert.Contains(" audit - {\"time\":", text, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SyslogCountsOctetsOnAStreamAndConnectsAgain()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var (sink, _) = SinkFixture.Create("syslog", "/", ("address", $"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        await using (sink)
        {
            for (var round = 0; round < 2; round++)
            {
                var sent = SinkFixture.SendAsync(sink, SinkFixture.Event());
                using var client = await listener.AcceptTcpClientAsync(Deadline());
                await sent;
                var buffer = new byte[8192];
                var read = await client.GetStream().ReadAsync(buffer, Deadline());
                var text = Encoding.UTF8.GetString(buffer, 0, read);
                var length = int.Parse(text[..text.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
                Assert.Equal('}', text[text.IndexOf(' ', StringComparison.Ordinal) + length]);
                await sink.ReopenAsync(CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task SyslogWritesToALocalSocket()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("coffer-syslog-").FullName, "log");
        using var receiver = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        receiver.Bind(new UnixDomainSocketEndPoint(path));
        var (sink, _) = SinkFixture.Create("syslog", "/", ("address", "unix://" + path));
        await using (sink)
        {
            await SinkFixture.SendAsync(sink, SinkFixture.Event());
            var buffer = new byte[8192];
            var read = await receiver.ReceiveAsync(buffer, Deadline());
            Assert.StartsWith("<38>1 ", Encoding.UTF8.GetString(buffer, 0, read), StringComparison.Ordinal);
        }
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public async Task HttpPostsBatchesAndTriesAgain()
    {
        using var listener = new HttpListener();
        var port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var (sink, queue) = SinkFixture.Create(
            "http", "/", ("uri", $"http://127.0.0.1:{port}/audit"), ("headers", "{\"Authorization\":\"Bearer t\"}"), ("batch_size", "2"));
        await using var sinks = new Coffer.Core.Audit.AuditSinks(TimeProvider.System);
        sinks.TryAdd("http/", sink, queue);
        var first = listener.GetContextAsync();
        await sinks.PublishAsync(SinkFixture.Event());
        var refused = await first.WaitAsync(Deadline());
        refused.Response.StatusCode = 500;
        refused.Response.Close();
        var events = 0;
        await sinks.PublishAsync(SinkFixture.Event());
        while (events < 4)
        {
            var context = await listener.GetContextAsync().WaitAsync(Deadline());
            Assert.Equal("Bearer t", context.Request.Headers["Authorization"]);
            using var body = await JsonDocument.ParseAsync(context.Request.InputStream);
            events += body.RootElement.GetArrayLength();
            context.Response.StatusCode = 204;
            context.Response.Close();
        }
        Assert.Equal(4, events);
        for (var i = 0; i < 500 && sinks.States()["http/"].Written < 2; i++)
            await Task.Delay(10);
        Assert.Null(sinks.States()["http/"].LastError);
    }

    [Theory]
    [InlineData("syslog", "address", "ftp://x")]
    [InlineData("syslog", "facility", "NOWHERE")]
    [InlineData("syslog", "tag", "a b")]
    [InlineData("http", "uri", "file:///etc/passwd")]
    [InlineData("http", "uri", "http://user:pass@host/")]
    public void NameTheWrongOption(string type, string option, string value) =>
        Assert.Equal(option, Assert.Throws<AuditOptionException>(() => SinkFixture.Create(type, "/", (option, value))).Option);

    private static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
