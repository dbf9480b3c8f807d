using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Coffer.TestKit;

/// <summary>A request that a <see cref="CannedServer"/> got.</summary>
public sealed record CannedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>What a <see cref="CannedServer"/> answers.</summary>
public sealed record CannedReply(int Status, string Body = "", params (string Name, string Value)[] Headers);

/// <summary>An HTTP server that answers what the test says and keeps what it was asked.</summary>
public sealed class CannedServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Func<CannedRequest, CannedReply> answer;
    private readonly ConcurrentQueue<CannedRequest> requests = new();
    private readonly Task loop;

    public CannedServer(Func<CannedRequest, CannedReply> answer)
    {
        this.answer = answer;
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        listener.Prefixes.Add(Address.ToString());
        listener.Start();
        loop = Task.Run(ServeAsync);
    }

    public Uri Address { get; }

    public IReadOnlyList<CannedRequest> Requests => [.. requests];

    public void Dispose()
    {
        listener.Close();
        loop.GetAwaiter().GetResult();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            await AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var headers = context.Request.Headers.AllKeys.ToDictionary(name => name!, name => context.Request.Headers[name]!, StringComparer.OrdinalIgnoreCase);
        var request = new CannedRequest(context.Request.HttpMethod, context.Request.RawUrl ?? "/", headers, await reader.ReadToEndAsync());
        requests.Enqueue(request);
        CannedReply reply = answer(request);
        byte[] body = Encoding.UTF8.GetBytes(reply.Body);
        try
        {
            context.Response.StatusCode = reply.Status;
            context.Response.ContentType = "application/json";
            foreach ((string name, string value) in reply.Headers)
                context.Response.AddHeader(name, value);
            context.Response.ContentLength64 = body.Length;
            await context.Response.OutputStream.WriteAsync(body);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The client has gone, which a test may want.
        }
    }
}
