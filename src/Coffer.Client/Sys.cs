using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.Client;

/// <summary>The server itself: seal, mounts, policies, leases, audit, keys, snapshots.</summary>
public sealed partial class Sys
{
    private readonly CofferClient _client;

    internal Sys(CofferClient client) => _client = client;

    /// <summary>Whether the server is initialised and unsealed. Needs no token.</summary>
    public Task<SealStatus> SealStatusAsync(CancellationToken cancellation = default) =>
        StatusAsync(new CofferRequest("GET", "sys/seal-status"), cancellation);

    /// <summary>
    /// The server's health as load balancers ask for it: 200 active, 429 standby, 501 not initialised, 503 sealed.
    /// Needs no token.
    /// </summary>
    public async Task<CofferReply> HealthAsync(CancellationToken cancellation = default)
    {
        // Codes of our own choosing, so that no status of a healthy conversation is tried again.
        var request = new CofferRequest("GET", "sys/health")
        {
            Query = [new("standbycode", "299"), new("sealedcode", "298"), new("uninitcode", "297")],
        };
        CofferReply reply = await _client.SendRawAsync(request, cancellation);
        int status = reply.StatusCode switch { 299 => 429, 298 => 503, 297 => 501, int other => other };
        return new CofferReply(status, reply.Body.ToArray(), reply.ContentType);
    }

    /// <summary>Initialises the server: makes its keys and first token and gives them out once.</summary>
    /// <param name="settings">Fields as the API names them: <c>secret_shares</c>, <c>secret_threshold</c>, …</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<InitialKeys> InitAsync(JsonObject settings, CancellationToken cancellation = default) =>
        new(Body(await _client.WriteAsync("sys/init", settings, cancellation), "sys/init"));

    /// <summary>Whether the server has been initialised.</summary>
    public async Task<bool> IsInitializedAsync(CancellationToken cancellation = default) =>
        Secret.Flag(Body(await _client.ReadAsync("sys/init", cancellation), "sys/init"), "initialized");

    /// <summary>Gives one unseal key share, hex or base64.</summary>
    public Task<SealStatus> UnsealAsync(string key, bool migrate = false, CancellationToken cancellation = default)
    {
        var body = new JsonObject { ["key"] = key };
        if (migrate)
            body["migrate"] = true;
        return StatusAsync(Put("sys/unseal", body), cancellation);
    }

    /// <summary>Forgets the unseal key shares given so far.</summary>
    public Task<SealStatus> ResetUnsealAsync(CancellationToken cancellation = default) =>
        StatusAsync(Put("sys/unseal", new JsonObject { ["reset"] = true }), cancellation);

    /// <summary>Seals the server: its keys leave memory and every request is refused until it is unsealed.</summary>
    public Task SealAsync(CancellationToken cancellation = default) => _client.WriteAsync("sys/seal", null, cancellation);

    /// <summary>The node that leads and whether this is it.</summary>
    public Task<Secret?> LeaderAsync(CancellationToken cancellation = default) => _client.ReadAsync("sys/leader", cancellation);

    private static CofferRequest Put(string path, JsonObject body) => new("PUT", path) { Body = CofferClient.Bytes(body) };

    private async Task<SealStatus> StatusAsync(CofferRequest request, CancellationToken cancellation) =>
        new(Body(await _client.SendAsync(request, cancellation), request.Path));

    private JsonElement Body(Secret? reply, string path) =>
        reply?.Raw ?? throw new CofferException("GET", path, _client.Address, 200, ["the reply has no body"]);
}
