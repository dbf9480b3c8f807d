using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Formats;

namespace Coffer.Modules.Engines.Kv;

/// <summary>Version 2: a table of versions a secret, soft deletion, check-and-set, metadata.</summary>
internal sealed class VersionedKv : IEngine
{
    public static readonly Field MaxVersions = Field.Integer("max_versions", "How many versions are kept; 0 for the default.");
    public static readonly Field CasRequired = Field.Boolean("cas_required", "Whether every write needs the cas option.");
    public static readonly Field DeleteVersionAfter =
        Field.Duration("delete_version_after", "How long after its writing a version is deleted; 0 never.");

    public IReadOnlyList<PathDescription> Paths { get; } =
    [
        new PathDescription("config")
        {
            Summary = "The settings of all secrets of this mount",
            Fields = [MaxVersions, CasRequired, DeleteVersionAfter],
            Read = ReadConfigAsync,
            Write = WriteConfigAsync,
        },
        .. SecretData.Paths,
        .. SecretVersions.Paths,
        .. SecretMetadata.Paths,
        new PathDescription("{path*}")
        {
            Summary = "Nothing: secrets are below data/, what is known of them below metadata/",
            Read = call => Elsewhere("get"),
            List = call => Elsewhere("list"),
            Write = call => Elsewhere("put"),
            Delete = call => Elsewhere("delete"),
        },
    ];

    /// <summary>A secret whose <c>expires_at</c> has passed is flagged, and kept.</summary>
    public Func<DueCall, ValueTask> Due { get; } = async call =>
    {
        var path = call.Path[SecretEntries.Records.Length..];
        if (await SecretEntries.FindAsync(call.Store, path) is not { } record) return;
        record.ExpiryNoticed = record.IsExpired(call.Now);
        SecretEntries.Save(call.Store, path, record);
    };

    /// <summary>What is wrong with settings, or null.</summary>
    public static string? Refusal(Fields fields) =>
        fields.Integer(MaxVersions.Name) is < 0 or > int.MaxValue ? "max_versions must be between 0 and 2147483647" : null;

    private static async ValueTask<Reply> ReadConfigAsync(Call call)
    {
        var config = await KvConfig.ReadAsync(call.Store);
        return Reply.Json(w =>
        {
            w.WriteBoolean("cas_required"u8, config.CasRequired);
            w.WriteString("delete_version_after"u8, Durations.Format(config.DeleteVersionAfter));
            w.WriteNumber("max_versions"u8, config.MaxVersions);
        });
    }

    private static async ValueTask<Reply> WriteConfigAsync(Call call)
    {
        if (Refusal(call.Fields) is { } refusal) return Reply.BadRequest(refusal);
        var config = await KvConfig.ReadAsync(call.Store);
        new KvConfig(
            call.Fields.Integer(MaxVersions.Name) ?? config.MaxVersions,
            call.Fields.Boolean(CasRequired.Name) ?? config.CasRequired,
            call.Fields.Duration(DeleteVersionAfter.Name) is { } after
                ? after < TimeSpan.Zero ? TimeSpan.FromSeconds(-1) : after
                : config.DeleteVersionAfter).Write(call.Store);
        return Reply.Empty();
    }

    private static ValueTask<Reply> Elsewhere(string command)
    {
        // Null data, rather than none: the reply is Vault's whole envelope, so that clients show the warning.
        var reply = new Reply { Status = 404, Data = "null"u8.ToArray() };
        reply.Warnings.Add(
            "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. " +
            $"If using the Vault CLI, use 'vault kv {command}' for this operation.");
        return ValueTask.FromResult(reply);
    }
}
