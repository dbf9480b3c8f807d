using System.Text.Json.Nodes;

namespace Coffer.Client;

/// <summary>Tokens: making, asking about, renewing and revoking them.</summary>
public sealed class Tokens
{
    private readonly CofferClient _client;

    internal Tokens(CofferClient client) => _client = client;

    /// <summary>Makes a token.</summary>
    /// <param name="settings">Fields as the API names them: <c>policies</c>, <c>ttl</c>, <c>num_uses</c>, …</param>
    /// <param name="role">The token role to make it by, or null.</param>
    /// <param name="orphan">Makes it without a parent, by the path that needs no sudo.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<Secret?> CreateAsync(JsonObject settings, string? role = null, bool orphan = false, CancellationToken cancellation = default) =>
        _client.WriteAsync(role is not null ? "auth/token/create/" + role : orphan ? "auth/token/create-orphan" : "auth/token/create", settings, cancellation);

    /// <summary>What is known about the client's own token.</summary>
    public Task<Secret?> LookupSelfAsync(CancellationToken cancellation = default) =>
        _client.ReadAsync("auth/token/lookup-self", cancellation);

    /// <summary>What is known about a token.</summary>
    public Task<Secret?> LookupAsync(string token, CancellationToken cancellation = default) =>
        _client.WriteAsync("auth/token/lookup", new JsonObject { ["token"] = token }, cancellation);

    /// <summary>What is known about the token that an accessor names.</summary>
    public Task<Secret?> LookupAccessorAsync(string accessor, CancellationToken cancellation = default) =>
        _client.WriteAsync("auth/token/lookup-accessor", new JsonObject { ["accessor"] = accessor }, cancellation);

    /// <summary>Renews the client's own token, by as much as it likes or by an increment.</summary>
    public Task<Secret?> RenewSelfAsync(string? increment = null, CancellationToken cancellation = default) =>
        _client.WriteAsync("auth/token/renew-self", Increment([], increment), cancellation);

    /// <summary>Renews a token.</summary>
    public Task<Secret?> RenewAsync(string token, string? increment = null, CancellationToken cancellation = default) =>
        _client.WriteAsync("auth/token/renew", Increment(new() { ["token"] = token }, increment), cancellation);

    /// <summary>Renews the token that an accessor names.</summary>
    public Task<Secret?> RenewAccessorAsync(string accessor, string? increment = null, CancellationToken cancellation = default) =>
        _client.WriteAsync("auth/token/renew-accessor", Increment(new() { ["accessor"] = accessor }, increment), cancellation);

    /// <summary>Revokes the client's own token, its children and their leases.</summary>
    public Task RevokeSelfAsync(CancellationToken cancellation = default) =>
        _client.WriteAsync("auth/token/revoke-self", null, cancellation);

    /// <summary>Revokes a token, its children and their leases.</summary>
    public Task RevokeAsync(string token, CancellationToken cancellation = default) =>
        _client.WriteAsync("auth/token/revoke", new JsonObject { ["token"] = token }, cancellation);

    /// <summary>Revokes the token that an accessor names, its children and their leases.</summary>
    public Task RevokeAccessorAsync(string accessor, CancellationToken cancellation = default) =>
        _client.WriteAsync("auth/token/revoke-accessor", new JsonObject { ["accessor"] = accessor }, cancellation);

    /// <summary>Revokes a token and leaves its children as orphans.</summary>
    public Task RevokeOrphanAsync(string token, CancellationToken cancellation = default) =>
        _client.WriteAsync("auth/token/revoke-orphan", new JsonObject { ["token"] = token }, cancellation);

    /// <summary>What a token may do at a path: <c>["deny"]</c>, <c>["root"]</c> or a sorted list.</summary>
    /// <param name="path">The path below <c>/v1/</c>.</param>
    /// <param name="token">The token; null asks about the client's own.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<IReadOnlyList<string>> CapabilitiesAsync(string path, string? token = null, CancellationToken cancellation = default)
    {
        var body = new JsonObject { ["paths"] = new JsonArray(path) };
        if (token is not null)
            body["token"] = token;
        Secret? reply = await _client.WriteAsync(token is null ? "sys/capabilities-self" : "sys/capabilities", body, cancellation);
        return reply is null ? [] : Secret.Texts(reply.Data ?? reply.Raw, "capabilities") is { Count: > 0 } all ? all : Secret.Texts(reply.Raw, path);
    }

    private static JsonObject Increment(JsonObject body, string? increment)
    {
        if (increment is not null)
            body["increment"] = increment;
        return body;
    }
}
