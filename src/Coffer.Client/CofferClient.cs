using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Coffer.Client;

/// <summary>
/// A client of Coffer's (and HashiCorp Vault's) HTTP API. Thread-safe; keep one for the life of the program.
/// A refusal is a <see cref="CofferException"/>; something that is not there is null.
/// </summary>
public sealed class CofferClient : IDisposable
{
    private readonly Transport _transport;

    /// <summary>A client with these options.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate file cannot be read.</exception>
    public CofferClient(CofferOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _transport = new Transport(options);
        Token = options.Token;
        Kv = new Kv(this);
        Tokens = new Tokens(this);
        Sys = new Sys(this);
        Wrapping = new Wrapping(this);
    }

    /// <summary>The server's base address.</summary>
    public Uri Address => _transport.Address;

    /// <summary>The token that the next requests carry; null for none.</summary>
    public string? Token { get; set; }

    /// <summary>Key-value secrets, version 1 and 2.</summary>
    public Kv Kv { get; }

    /// <summary>Tokens.</summary>
    public Tokens Tokens { get; }

    /// <summary>The server itself: seal, mounts, policies, leases, audit, keys, snapshots.</summary>
    public Sys Sys { get; }

    /// <summary>Wrapped replies.</summary>
    public Wrapping Wrapping { get; }

    /// <summary>Reads a path; null when there is nothing.</summary>
    public Task<Secret?> ReadAsync(string path, CancellationToken cancellation = default) =>
        SendAsync(new CofferRequest("GET", path), cancellation);

    /// <summary>Lists the names below a path, in <see cref="Secret.Keys"/>; null when there are none.</summary>
    public Task<Secret?> ListAsync(string path, CancellationToken cancellation = default) =>
        SendAsync(new CofferRequest("LIST", path), cancellation);

    /// <summary>Writes a path. Null when the server answers without a body.</summary>
    public Task<Secret?> WriteAsync(string path, JsonObject? data = null, CancellationToken cancellation = default) =>
        SendAsync(new CofferRequest("PUT", path) { Body = Bytes(data ?? []) }, cancellation);

    /// <summary>Writes a path with a value serialized by its source-generated metadata.</summary>
    public Task<Secret?> WriteJsonAsync<T>(string path, T data, JsonTypeInfo<T> type, CancellationToken cancellation = default) =>
        SendAsync(new CofferRequest("PUT", path) { Body = JsonSerializer.SerializeToUtf8Bytes(data, type) }, cancellation);

    /// <summary>Changes the fields named and leaves the rest (JSON merge patch, RFC 7396).</summary>
    public Task<Secret?> PatchAsync(string path, JsonObject data, CancellationToken cancellation = default) =>
        SendAsync(new CofferRequest("PATCH", path) { Body = Bytes(data) }, cancellation);

    /// <summary>Deletes a path.</summary>
    public Task<Secret?> DeleteAsync(string path, CancellationToken cancellation = default) =>
        SendAsync(new CofferRequest("DELETE", path), cancellation);

    /// <summary>
    /// Sends any request and reads the reply as a <see cref="Secret"/>; null for an empty body and for the 404 of an empty read.
    /// A 404 with data, such as a deleted kv version, is a reply.
    /// </summary>
    /// <exception cref="CofferException">The server refused, or no reply came.</exception>
    public async Task<Secret?> SendAsync(CofferRequest request, CancellationToken cancellation = default)
    {
        CofferReply reply = await SendRawAsync(request, cancellation);
        JsonElement? json = reply.Json;
        if (reply.StatusCode is >= 200 and < 300)
            return json is { } root ? new Secret(root) : null;
        IReadOnlyList<string> errors = json is { } failure ? Secret.Texts(failure, "errors") : [];
        if (reply.StatusCode == 404 && errors.Count == 0 && json is { } absent)
        {
            var secret = new Secret(absent);
            return secret.Data is not null || secret.Warnings.Count > 0 ? secret : null;
        }
        throw Refusal(request, reply.StatusCode, errors);
    }

    /// <summary>Sends any request and returns the reply whatever its status, as <c>sys/health</c> needs.</summary>
    /// <exception cref="CofferException">No reply came.</exception>
    public Task<CofferReply> SendRawAsync(CofferRequest request, CancellationToken cancellation = default) =>
        _transport.SendAsync(request, Token, cancellation);

    /// <summary>Sends a request and copies the reply's body to a stream as it comes.</summary>
    /// <exception cref="CofferException">The server refused, or no reply came.</exception>
    public async Task DownloadAsync(CofferRequest request, Stream destination, CancellationToken cancellation = default)
    {
        using HttpResponseMessage response = await OpenAsync(request, null, cancellation);
        await response.Content.CopyToAsync(destination, cancellation);
    }

    /// <summary>Sends a request whose body is a stream, which is read once and not repeated.</summary>
    /// <exception cref="CofferException">The server refused, or no reply came.</exception>
    public async Task UploadAsync(CofferRequest request, Stream source, CancellationToken cancellation = default)
    {
        using HttpResponseMessage response = await OpenAsync(request, source, cancellation);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _transport.Dispose();

    /// <summary>The address only: never the token.</summary>
    public override string ToString() => $"CofferClient {{ Address = {Address} }}";

    internal static byte[] Bytes(JsonObject data)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            data.WriteTo(writer);
        return buffer.ToArray();
    }

    private async Task<HttpResponseMessage> OpenAsync(CofferRequest request, Stream? source, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await _transport.OpenAsync(request, Token, () => source is null ? null : new StreamContent(source), cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new CofferException(request.Method, request.Path, Address, 0, [], e);
        }
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation);
            var reply = new CofferReply((int)response.StatusCode, body, response.Content.Headers.ContentType?.MediaType);
            throw Refusal(request, reply.StatusCode, reply.Json is { } json ? Secret.Texts(json, "errors") : []);
        }
    }

    private CofferException Refusal(CofferRequest request, int status, IReadOnlyList<string> errors) =>
        new(request.Method, request.Path, Address, status, errors);
}
