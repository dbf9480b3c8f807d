using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.TestKit;

/// <summary>An answer: its status, and its body where it was JSON.</summary>
public readonly record struct CofferAnswer(HttpStatusCode Status, JsonNode? Body, string Text)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The value at a dotted path; throws where there is none.</summary>
    public JsonNode At(string path)
    {
        var at = Body;
        foreach (var part in path.Split('.'))
            at = at is JsonArray list ? list[int.Parse(part)] : at?[part];
        return at ?? throw new InvalidOperationException($"no {path} in {(int)Status} {Text}");
    }

    public string String(string path) => At(path).GetValue<string>();

    public CofferAnswer OrThrow() => IsSuccess ? this : throw new InvalidOperationException($"{(int)Status} {Text}");
}

/// <summary>Plain requests to a server, with any token, that judge nothing.</summary>
public sealed class CofferApi(Uri address, string? token) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    public Uri Address { get; } = address;

    public string? Token { get; } = token;

    public Task<CofferAnswer> GetAsync(string path, CancellationToken cancel = default) => SendAsync("GET", path, null, cancel);

    public Task<CofferAnswer> ListAsync(string path, CancellationToken cancel = default) => SendAsync("LIST", path, null, cancel);

    public Task<CofferAnswer> DeleteAsync(string path, CancellationToken cancel = default) => SendAsync("DELETE", path, null, cancel);

    public Task<CofferAnswer> PostAsync(string path, JsonNode? body = null, CancellationToken cancel = default) =>
        SendAsync("POST", path, body, cancel);

    public Task<CofferAnswer> PutAsync(string path, JsonNode? body = null, CancellationToken cancel = default) =>
        SendAsync("PUT", path, body, cancel);

    /// <summary>Sends one request to <c>/v1/</c><paramref name="path"/>.</summary>
    public async Task<CofferAnswer> SendAsync(
        string method, string path, JsonNode? body, CancellationToken cancel = default, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/v1/" + path);
        if (Token is not null)
            request.Headers.TryAddWithoutValidation("X-Vault-Token", Token);
        request.Headers.TryAddWithoutValidation("X-Vault-Request", "true");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        using var response = await http.SendAsync(request, cancel);
        var text = await response.Content.ReadAsStringAsync(cancel);
        var json = response.Content.Headers.ContentType?.MediaType == "application/json" && text.Length > 0 ? JsonNode.Parse(text) : null;
        return new CofferAnswer(response.StatusCode, json, text);
    }

    public void Dispose() => http.Dispose();
}
