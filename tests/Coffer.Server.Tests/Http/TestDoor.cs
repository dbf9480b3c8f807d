using System.Net;
using System.Net.Sockets;
using System.Text;
using Coffer.Core.Requests;
using Coffer.Core.SystemApi;
using Coffer.Server.Configuration;
using Coffer.Server.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Server.Tests.Http;

/// <summary>The door on a real socket, with a pipeline of a few lines behind it.</summary>
internal sealed class TestDoor : IAsyncDisposable
{
    private readonly Doors doors;

    private TestDoor(Doors doors)
    {
        this.doors = doors;
        Address = new Uri(doors.Addresses.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public static async Task<TestDoor> OpenAsync(
        RequestHandler? handle = null, Func<ListenerConfig, ListenerConfig>? change = null, CorsSettings? cors = null)
    {
        var listener = new ListenerConfig { Address = new IPEndPoint(IPAddress.Loopback, 0) };
        var seams = new DoorSeams(handle ?? Echo, path => path == "sys/restore", () => cors ?? CorsSettings.Off);
        return new TestDoor(await Doors.OpenAsync([change?.Invoke(listener) ?? listener], seams, NullLoggerFactory.Instance));
    }

    /// <summary>Answers with what the door made of the request.</summary>
    public static async ValueTask<Reply> Echo(Request request, CancellationToken cancel)
    {
        var uploaded = 0L;
        if (request.Upload is { } upload)
        {
            var buffer = new byte[8192];
            for (int n; (n = await upload.ReadAsync(buffer, cancel)) > 0;) uploaded += n;
        }
        return Reply.Json(w =>
        {
            w.WriteString("operation", request.Operation.Name());
            w.WriteString("path", request.Path);
            w.WriteString("token", request.Token);
            w.WriteString("client", request.Client?.ToString());
            w.WriteString("body", Encoding.UTF8.GetString(request.Body.Span));
            w.WriteString("query", string.Join(' ', request.Query.Select(pair => $"{pair.Key}={pair.Value}")));
            w.WriteString("wrap", request.WrapTtl?.ToString());
            w.WriteString("header", request.Header("x-tEST"));
            w.WriteNumber("uploaded", uploaded);
        });
    }

    public async Task<(int Status, string Body, HttpResponseMessage Response)> SendAsync(
        string method, string target, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address, "/"));
        var asItIs = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        request.RequestUri = new Uri(Address.GetLeftPart(UriPartial.Authority) + target, asItIs);
        if (body is not null) request.Content = new ByteArrayContent(body);
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content!.Headers.TryAddWithoutValidation(name, value);
        }
        var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    /// <summary>Sends bytes as they are and reads what comes until the server closes or is silent for the time.</summary>
    public async Task<string> RawAsync(string text, double seconds = 2)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Address.Port);
        var stream = client.GetStream();
        var received = new StringBuilder();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text), limit.Token);
            var buffer = new byte[16384];
            for (int n; (n = await stream.ReadAsync(buffer, limit.Token)) > 0;) received.Append(Encoding.UTF8.GetString(buffer, 0, n));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // What was received by now is the answer.
        }
        return received.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await doors.CloseAsync(now.Token);
        await doors.DisposeAsync();
    }
}
