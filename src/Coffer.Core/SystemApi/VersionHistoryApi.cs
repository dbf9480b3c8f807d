using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Coffer.Formats;

namespace Coffer.Core.SystemApi;

/// <summary>A version of Coffer that has served this store, and since when.</summary>
internal sealed record InstalledVersion(string Version, string ApiVersion, DateTimeOffset Installed, string? Previous);

/// <summary><c>sys/version-history</c>, and the record that it reads.</summary>
internal sealed class VersionHistoryApi(EntryStore store, VaultOptions options, TimeProvider clock)
{
    private const string Prefix = "core/version/";

    public IEnumerable<PathDescription> Paths =>
    [
        new("version-history") { Summary = "Lists the versions that have served this store, by the time of their first start.", List = ListAsync },
    ];

    /// <summary>Notes this version at its first start. Of two nodes that start it at once, one finds it noted.</summary>
    public async ValueTask RecordAsync(CancellationToken cancel)
    {
        var transaction = new Transaction(store, cancel);
        var key = new EntryKey(NamespaceId.Root, Prefix + ProductVersion.Current);
        if (await transaction.GetAsync(key) is not null) return;
        var previous = await ReadAsync(transaction) is [.., var last] ? last.Version : null;
        var version = new InstalledVersion(ProductVersion.Current, options.ApiVersion, clock.GetUtcNow(), previous);
        transaction.Put(key, JsonSerializer.SerializeToUtf8Bytes(version, StoredJson.Default.InstalledVersion));
        await transaction.CommitAsync();
    }

    private static async ValueTask<Reply> ListAsync(Call call)
    {
        var versions = await ReadAsync(call.Transaction);
        return Reply.Json(w =>
        {
            w.WriteStartObject("key_info"u8);
            foreach (var version in versions)
            {
                w.WriteStartObject(version.Version);
                w.WriteString("api_version"u8, version.ApiVersion);
                w.WriteString("previous_version"u8, version.Previous);
                w.WriteString("timestamp_installed"u8, Timestamps.Format(version.Installed));
                w.WriteEndObject();
            }
            w.WriteEndObject();
            JsonLists.Write(w, "keys", versions.Select(v => v.Version));
        });
    }

    private static async ValueTask<IReadOnlyList<InstalledVersion>> ReadAsync(Transaction transaction)
    {
        var entries = await transaction.ScanAsync(NamespaceId.Root, Prefix, null, int.MaxValue);
        return [.. entries.Select(e => JsonSerializer.Deserialize(e.Value, StoredJson.Default.InstalledVersion)!).OrderBy(v => v.Installed)];
    }
}
