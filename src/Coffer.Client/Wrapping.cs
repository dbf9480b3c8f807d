using System.Text.Json.Nodes;

namespace Coffer.Client;

/// <summary>Wrapped replies: a single-use token stands for the content.</summary>
public sealed class Wrapping
{
    private readonly CofferClient _client;

    internal Wrapping(CofferClient client) => _client = client;

    /// <summary>Wraps data of the caller's own.</summary>
    /// <param name="data">What to wrap.</param>
    /// <param name="ttl">For how long, as in <c>60s</c> or <c>5m</c>.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<WrapInfo> WrapAsync(JsonObject data, string ttl, CancellationToken cancellation = default)
    {
        var request = new CofferRequest("PUT", "sys/wrapping/wrap") { Body = CofferClient.Bytes(data), WrapTtl = ttl };
        return (await _client.SendAsync(request, cancellation))?.WrapInfo
            ?? throw new CofferException("PUT", request.Path, _client.Address, 200, ["the reply is not wrapped"]);
    }

    /// <summary>
    /// The reply inside. Unwrapping uses the token up: a second attempt fails, which also shows that somebody else was first.
    /// </summary>
    /// <param name="token">The wrapping token; null unwraps the client's own token.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<Secret?> UnwrapAsync(string? token = null, CancellationToken cancellation = default)
    {
        // With no token of our own the wrapping token is the proof itself: a caller without one can unwrap.
        bool proof = token is null || string.IsNullOrEmpty(_client.Token);
        JsonObject body = proof ? [] : new JsonObject { ["token"] = token };
        return _client.SendAsync(
            new CofferRequest("PUT", "sys/wrapping/unwrap") { Body = CofferClient.Bytes(body), Token = proof ? token : null, WrapTtl = "" }, cancellation);
    }

    /// <summary>Where and when a reply was wrapped, without using the token up.</summary>
    public Task<Secret?> LookupAsync(string token, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/wrapping/lookup", new JsonObject { ["token"] = token }, cancellation);

    /// <summary>Moves the content to a new wrapping token.</summary>
    public async Task<WrapInfo?> RewrapAsync(string token, CancellationToken cancellation = default) =>
        (await _client.WriteAsync("sys/wrapping/rewrap", new JsonObject { ["token"] = token }, cancellation))?.WrapInfo;
}
