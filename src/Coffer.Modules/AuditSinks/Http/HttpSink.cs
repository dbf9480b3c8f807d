using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Coffer.Core.Audit;
using Coffer.Formats.Transparency;

namespace Coffer.Modules.AuditSinks.Http;

/// <summary>Posts events as JSON arrays. A batch counts as delivered when the server answers 2xx; else its queue tries it again.</summary>
internal sealed class HttpSink : IAuditSink
{
    private readonly VaultFormat format;
    private readonly HttpClient client;
    private readonly Uri uri;
    private readonly int batchSize;
    private readonly int maxBatchBytes;

    private HttpSink(VaultFormat format, Uri uri, IReadOnlyDictionary<string, string> headers, TimeSpan timeout, int batchSize, int maxBatchBytes)
    {
        (this.format, this.uri, this.batchSize, this.maxBatchBytes) = (format, uri, batchSize, maxBatchBytes);
        client = new(new SocketsHttpHandler
        {
            // A redirect could lead events, and the header that authenticates them, anywhere.
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        { Timeout = timeout };
        foreach (var (name, value) in headers)
        {
            if (!client.DefaultRequestHeaders.TryAddWithoutValidation(name, value))
                throw new AuditOptionException("headers", $"headers has {name}, which is not a request header");
        }
    }

    public static (IAuditSink, AuditSinkQueue) Create(SinkOptions options, AuditHasher hasher)
    {
        var text = options.Required("uri");
        var format = options.Format(hasher);
        if (format.Prefix.Length > 0)
            throw new AuditOptionException("prefix", "prefix has no place in JSON that is sent by HTTP");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
            throw new AuditOptionException("uri", "uri is an http or https address without a user");
        var headers = Headers(options.Optional("headers"));
        var timeout = options.Seconds("timeout", 10, 300);
        var batch = options.Number("batch_size", 256, 1, 512);
        var bytes = options.Number("batch_bytes", 1 << 20, 1024, 16 << 20);
        var queue = options.Queue();
        options.RefuseOthers();
        return (new HttpSink(format, uri, headers, timeout, batch, bytes), queue);
    }

    public void Render(AuditEvent audited, IBufferWriter<byte> output) => format.Write(audited, output);

    public void RenderCheckpoint(DateTimeOffset time, Checkpoint checkpoint, string note, IBufferWriter<byte> output) =>
        format.Write(time, checkpoint, note, output);

    public async ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> rendered, CancellationToken cancel)
    {
        var body = new ArrayBufferWriter<byte>();
        var count = 0;
        foreach (var each in rendered)
        {
            if (count > 0 && (count >= batchSize || body.WrittenCount + each.Length > maxBatchBytes))
                (body, count) = (await PostAsync(body, cancel), 0);
            foreach (var line in each.Span.Split((byte)'\n'))
            {
                if (each.Span[line].IsEmpty)
                    continue;
                body.Write(body.WrittenCount == 0 ? "["u8 : ","u8);
                body.Write(each.Span[line]);
            }
            count++;
        }
        if (count > 0)
            await PostAsync(body, cancel);
    }

    public string Hash(string value) => format.Hash(value);

    public ValueTask ReopenAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        format.Close();
        return ValueTask.CompletedTask;
    }

    private async Task<ArrayBufferWriter<byte>> PostAsync(ArrayBufferWriter<byte> body, CancellationToken cancel)
    {
        body.Write("]"u8);
        using var content = new ReadOnlyMemoryContent(body.WrittenMemory);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await client.PostAsync(uri, content, cancel);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"The audit receiver answered {(int)response.StatusCode}.");
        return new();
    }

    private static Dictionary<string, string> Headers(string? json)
    {
        var headers = new Dictionary<string, string>();
        if (json is null)
            return headers;
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var header in document.RootElement.EnumerateObject())
                headers[header.Name] = header.Value.GetString() ?? throw new JsonException();
            return headers;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new AuditOptionException("headers", "headers is a JSON object of strings");
        }
    }
}
