using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.Client;

/// <summary>
/// Key-value secrets. Paths are what people write (<c>secret/app</c>); which mount holds them and whether it is version 1
/// or 2 is asked of the server once for each mount.
/// </summary>
public sealed class Kv
{
    private readonly CofferClient _client;
    private readonly ConcurrentDictionary<string, int> _mounts = new(StringComparer.Ordinal);

    internal Kv(CofferClient client) => _client = client;

    /// <summary>Finds the mount of a path such as <c>secret/app</c>.</summary>
    /// <exception cref="CofferException">403: there is no such mount, or the token may not know of it.</exception>
    public async Task<KvPath> LocateAsync(string path, CancellationToken cancellation = default)
    {
        string sought = path.Trim('/');
        // Mounts never nest, so a known mount that begins the path is the path's.
        foreach ((string known, int version) in _mounts)
            if ((sought + "/").StartsWith(known, StringComparison.Ordinal))
                return Inside(known, version, sought);
        (string mount, int found) = await AskAsync(sought, cancellation);
        return Inside(mount, found, sought);
    }

    /// <summary>Finds a path inside a mount that is named apart.</summary>
    /// <exception cref="CofferException">403: there is no such mount, or the token may not know of it.</exception>
    public async Task<KvPath> LocateInAsync(string mount, string path, CancellationToken cancellation = default)
    {
        string named = mount.Trim('/') + "/";
        if (!_mounts.TryGetValue(named, out int version))
            (named, version) = await AskAsync(mount.Trim('/'), cancellation);
        return new KvPath(named, version, path.Trim('/'));
    }

    /// <summary>Reads the current version of a secret; null when there is none.</summary>
    public async Task<KvSecret?> GetAsync(string path, CancellationToken cancellation) =>
        await GetAsync(await LocateAsync(path, cancellation), null, cancellation);

    /// <summary>Reads a secret, the current version unless another is named; null when there is none.</summary>
    public async Task<KvSecret?> GetAsync(KvPath path, int? version = null, CancellationToken cancellation = default)
    {
        KeyValuePair<string, string>[] query = version is { } wanted && path.Version == 2 ? [new("version", Text(wanted))] : [];
        Secret? reply = await _client.SendAsync(new CofferRequest("GET", path.Api("data")) { Query = query }, cancellation);
        if (reply?.Data is not { } data)
            return null;
        if (path.Version == 1)
            return new KvSecret(path, data, null, reply);
        JsonElement? fields = data.TryGetProperty("data", out JsonElement inner) && inner.ValueKind == JsonValueKind.Object ? inner : null;
        KvVersion? about = data.TryGetProperty("metadata", out JsonElement metadata) ? new KvVersion(metadata) : null;
        return new KvSecret(path, fields, about, reply);
    }

    /// <summary>Writes a secret.</summary>
    /// <returns>What the server says about the new version; null in a version 1 mount.</returns>
    public async Task<Secret?> PutAsync(string path, JsonObject data, CancellationToken cancellation) =>
        await PutAsync(await LocateAsync(path, cancellation), data, null, cancellation);

    /// <summary>Writes a secret. With <paramref name="cas"/>, only over that version (0: only when there is none).</summary>
    /// <returns>What the server says about the new version; null in a version 1 mount.</returns>
    public Task<Secret?> PutAsync(KvPath path, JsonObject data, int? cas = null, CancellationToken cancellation = default) =>
        _client.WriteAsync(path.Api("data"), path.Version == 1 ? data : Envelope(data, cas), cancellation);

    /// <summary>Changes the fields named and leaves the rest; a null removes a field. Version 2 only.</summary>
    public Task<Secret?> PatchAsync(KvPath path, JsonObject data, int? cas = null, CancellationToken cancellation = default) =>
        _client.PatchAsync(path.Api("data"), Envelope(data, cas), cancellation);

    /// <summary>Lists the names below a path; names that end in a slash have more below them.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(KvPath path, CancellationToken cancellation = default) =>
        (await _client.ListAsync(path.Api("metadata"), cancellation))?.Keys ?? [];

    /// <summary>Deletes the current version, or the versions named; in version 2 they can be undeleted.</summary>
    public Task<Secret?> DeleteAsync(KvPath path, IReadOnlyCollection<int>? versions = null, CancellationToken cancellation = default) =>
        versions is { Count: > 0 } && path.Version == 2
            ? _client.WriteAsync(path.Api("delete"), Versions(versions), cancellation)
            : _client.DeleteAsync(path.Api("data"), cancellation);

    /// <summary>Brings deleted versions back. Version 2 only.</summary>
    public Task<Secret?> UndeleteAsync(KvPath path, IReadOnlyCollection<int> versions, CancellationToken cancellation = default) =>
        _client.WriteAsync(path.Api("undelete"), Versions(versions), cancellation);

    /// <summary>Erases the data of versions for good. Version 2 only.</summary>
    public Task<Secret?> DestroyAsync(KvPath path, IReadOnlyCollection<int> versions, CancellationToken cancellation = default) =>
        _client.WriteAsync(path.Api("destroy"), Versions(versions), cancellation);

    /// <summary>Reads the record of a secret and its versions; null when there is none. Version 2 only.</summary>
    public Task<Secret?> ReadMetadataAsync(KvPath path, CancellationToken cancellation = default) =>
        _client.ReadAsync(path.Api("metadata"), cancellation);

    /// <summary>Writes a secret's settings and custom metadata. Version 2 only.</summary>
    public Task<Secret?> WriteMetadataAsync(KvPath path, JsonObject metadata, CancellationToken cancellation = default) =>
        _client.WriteAsync(path.Api("metadata"), metadata, cancellation);

    /// <summary>Changes some of a secret's settings and custom metadata. Version 2 only.</summary>
    public Task<Secret?> PatchMetadataAsync(KvPath path, JsonObject metadata, CancellationToken cancellation = default) =>
        _client.PatchAsync(path.Api("metadata"), metadata, cancellation);

    /// <summary>Deletes a secret with all its versions and metadata, for good. Version 2 only.</summary>
    public Task<Secret?> DeleteMetadataAsync(KvPath path, CancellationToken cancellation = default) =>
        _client.DeleteAsync(path.Api("metadata"), cancellation);

    private async Task<(string Mount, int Version)> AskAsync(string path, CancellationToken cancellation)
    {
        // An empty wrap TTL: the question is ours, only the answer to the caller's own request is to be wrapped.
        var request = new CofferRequest("GET", "sys/internal/ui/mounts/" + path) { WrapTtl = "" };
        JsonElement? info = (await _client.SendAsync(request, cancellation))?.Data;
        // A server too old for the question has only version 1.
        if (info is not { } mount || Secret.Text(mount, "path") is not { Length: > 0 } found)
            return (path.Split('/')[0] + "/", 1);
        int version = mount.TryGetProperty("options", out JsonElement options) && options.ValueKind == JsonValueKind.Object
            && Secret.Text(options, "version") == "2" ? 2 : 1;
        _mounts[found] = version;
        return (found, version);
    }

    private static KvPath Inside(string mount, int version, string path) =>
        new(mount, version, path.Length < mount.Length ? "" : path[mount.Length..]);

    private static JsonObject Envelope(JsonObject data, int? cas)
    {
        var options = new JsonObject();
        if (cas is { } expected)
            options["cas"] = expected;
        return new JsonObject { ["data"] = data, ["options"] = options };
    }

    private static JsonObject Versions(IReadOnlyCollection<int> versions) =>
        new() { ["versions"] = new JsonArray([.. versions.Select(version => (JsonNode)version)]) };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
