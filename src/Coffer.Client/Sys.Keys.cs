using System.Text.Json.Nodes;

namespace Coffer.Client;

public sealed partial class Sys
{
    /// <summary>The barrier key's term and age.</summary>
    public Task<Secret?> KeyStatusAsync(CancellationToken cancellation = default) => _client.ReadAsync("sys/key-status", cancellation);

    /// <summary>Begins a new term of the barrier key; what is stored stays readable.</summary>
    public Task RotateAsync(CancellationToken cancellation = default) => _client.WriteAsync("sys/rotate", null, cancellation);

    /// <summary>How far a rekey has come.</summary>
    public Task<Secret?> RekeyStatusAsync(CancellationToken cancellation = default) => _client.ReadAsync("sys/rekey/init", cancellation);

    /// <summary>Begins a rekey: new unseal key shares. The reply carries the nonce.</summary>
    public Task<Secret?> StartRekeyAsync(int shares, int threshold, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/rekey/init", new JsonObject { ["secret_shares"] = shares, ["secret_threshold"] = threshold }, cancellation);

    /// <summary>Gives one present key share to a rekey; the last reply carries the new shares.</summary>
    public Task<Secret?> UpdateRekeyAsync(string key, string nonce, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/rekey/update", new JsonObject { ["key"] = key, ["nonce"] = nonce }, cancellation);

    /// <summary>Gives a rekey up.</summary>
    public Task CancelRekeyAsync(CancellationToken cancellation = default) => _client.DeleteAsync("sys/rekey/init", cancellation);

    /// <summary>How far the making of a root token has come.</summary>
    public Task<Secret?> GenerateRootStatusAsync(CancellationToken cancellation = default) =>
        _client.ReadAsync("sys/generate-root/attempt", cancellation);

    /// <summary>Begins the making of a root token. The reply carries the nonce and the one-time password that will decode the token.</summary>
    public Task<Secret?> StartGenerateRootAsync(CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/generate-root/attempt", null, cancellation);

    /// <summary>Gives one key share; the last reply carries the encoded token.</summary>
    public Task<Secret?> UpdateGenerateRootAsync(string key, string nonce, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/generate-root/update", new JsonObject { ["key"] = key, ["nonce"] = nonce }, cancellation);

    /// <summary>Gives the making of a root token up.</summary>
    public Task CancelGenerateRootAsync(CancellationToken cancellation = default) =>
        _client.DeleteAsync("sys/generate-root/attempt", cancellation);

    /// <summary>Copies a consistent snapshot of everything stored, as ciphertext, to a stream.</summary>
    public Task SaveSnapshotAsync(Stream destination, CancellationToken cancellation = default) =>
        _client.DownloadAsync(new CofferRequest("GET", "sys/storage/raft/snapshot"), destination, cancellation);

    /// <summary>Replaces everything stored by a snapshot, or nothing.</summary>
    /// <param name="source">The snapshot.</param>
    /// <param name="force">Also one of another server, which then opens with that server's keys.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task RestoreSnapshotAsync(Stream source, bool force = false, CancellationToken cancellation = default) =>
        _client.UploadAsync(
            new CofferRequest("POST", force ? "sys/storage/raft/snapshot-force" : "sys/storage/raft/snapshot"), source, cancellation);
}
