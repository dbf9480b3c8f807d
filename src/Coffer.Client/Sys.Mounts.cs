using System.Text.Json.Nodes;

namespace Coffer.Client;

public sealed partial class Sys
{
    /// <summary>All secrets engines by mount path, in the reply's data.</summary>
    public Task<Secret?> ListMountsAsync(CancellationToken cancellation = default) => _client.ReadAsync("sys/mounts", cancellation);

    /// <summary>Mounts a secrets engine.</summary>
    /// <param name="path">Where.</param>
    /// <param name="settings">Fields as the API names them: <c>type</c>, <c>description</c>, <c>options</c>, <c>config</c>, …</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task MountAsync(string path, JsonObject settings, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/mounts/" + path.Trim('/'), settings, cancellation);

    /// <summary>Unmounts a secrets engine, revokes its leases and deletes its data.</summary>
    public Task UnmountAsync(string path, CancellationToken cancellation = default) =>
        _client.DeleteAsync("sys/mounts/" + path.Trim('/'), cancellation);

    /// <summary>Moves a mount, of an engine or an auth method, with its data.</summary>
    /// <returns>The reply, which may name a migration to follow.</returns>
    public Task<Secret?> RemountAsync(string from, string to, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/remount", new JsonObject { ["from"] = from.Trim('/'), ["to"] = to.Trim('/') }, cancellation);

    /// <summary>A mount's settings.</summary>
    public Task<Secret?> ReadMountTuneAsync(string path, CancellationToken cancellation = default) =>
        _client.ReadAsync($"sys/mounts/{path.Trim('/')}/tune", cancellation);

    /// <summary>Changes a mount's settings.</summary>
    public Task<Secret?> TuneMountAsync(string path, JsonObject settings, CancellationToken cancellation = default) =>
        _client.WriteAsync($"sys/mounts/{path.Trim('/')}/tune", settings, cancellation);

    /// <summary>All auth methods by mount path, in the reply's data.</summary>
    public Task<Secret?> ListAuthAsync(CancellationToken cancellation = default) => _client.ReadAsync("sys/auth", cancellation);

    /// <summary>Enables an auth method.</summary>
    /// <param name="path">Where, below <c>auth/</c>.</param>
    /// <param name="settings">Fields as the API names them: <c>type</c>, <c>description</c>, <c>config</c>, …</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task EnableAuthAsync(string path, JsonObject settings, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/auth/" + path.Trim('/'), settings, cancellation);

    /// <summary>Disables an auth method; the tokens it gave out are revoked.</summary>
    public Task DisableAuthAsync(string path, CancellationToken cancellation = default) =>
        _client.DeleteAsync("sys/auth/" + path.Trim('/'), cancellation);

    /// <summary>Changes an auth method's settings.</summary>
    public Task<Secret?> TuneAuthAsync(string path, JsonObject settings, CancellationToken cancellation = default) =>
        _client.WriteAsync($"sys/auth/{path.Trim('/')}/tune", settings, cancellation);

    /// <summary>All audit sinks by path, in the reply's data.</summary>
    public Task<Secret?> ListAuditAsync(CancellationToken cancellation = default) => _client.ReadAsync("sys/audit", cancellation);

    /// <summary>Enables an audit sink.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="settings">Fields as the API names them: <c>type</c>, <c>options</c>, …</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task EnableAuditAsync(string path, JsonObject settings, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/audit/" + path.Trim('/'), settings, cancellation);

    /// <summary>Disables an audit sink.</summary>
    public Task DisableAuditAsync(string path, CancellationToken cancellation = default) =>
        _client.DeleteAsync("sys/audit/" + path.Trim('/'), cancellation);

    /// <summary>What an audit sink writes in place of a value, to find the value in its log.</summary>
    public async Task<string?> AuditHashAsync(string path, string input, CancellationToken cancellation = default) =>
        (await _client.WriteAsync("sys/audit-hash/" + path.Trim('/'), new JsonObject { ["input"] = input }, cancellation))?.GetField("hash");
}
