using System.Text;
using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Formats;

namespace Coffer.Modules.Engines.Kv;

/// <summary><c>metadata/</c>: what is known of a secret, its own settings, and the lists of secrets.</summary>
internal static class SecretMetadata
{
    private const int MaxTextLength = 512;

    public static IReadOnlyList<PathDescription> Paths { get; } =
    [
        new PathDescription("metadata/{path*}")
        {
            Summary = "What is known of a secret beside its data; the list of secrets",
            Description = "A write changes what it names. A patch also takes null, which resets. A delete removes the secret with all versions.",
            Fields =
            [
                VersionedKv.MaxVersions,
                VersionedKv.CasRequired,
                VersionedKv.DeleteVersionAfter,
                Field.Map("custom_metadata", "Texts of your own: up to 64 keys."),
                Field.String("owner", "Who answers for the secret."),
                Field.String("purpose", "What the secret is for."),
                Field.String("expires_at", "When the secret stops being good (RFC 3339); it is then flagged as expired and kept. Empty: never."),
                .. KeyListing.Fields,
            ],
            Read = ReadAsync,
            List = call => KeyListing.ListAsync(call, SecretEntries.Records, "metadata/", call.Fields.Path("path")),
            Write = WriteAsync,
            Patch = PatchAsync,
            Delete = DeleteAsync,
            Exists = async call => await SecretEntries.FindAsync(call.Store, call.Fields.Path("path")) is not null,
        },
    ];

    private static async ValueTask<Reply> ReadAsync(Call call) =>
        await SecretEntries.FindAsync(call.Store, call.Fields.Path("path")) is { } record
            ? Reply.Json(w => Write(w, record, call.Now))
            : Reply.NotFound();

    private static async ValueTask<Reply> WriteAsync(Call call)
    {
        var path = call.Fields.Path("path");
        if (KvPath.Refusal(path) is { } refusal) return Reply.BadRequest(refusal);
        var record = await SecretEntries.FindAsync(call.Store, path) ?? SecretRecord.Make(call.Now);
        return Change(call, path, record, merge: false);
    }

    private static async ValueTask<Reply> PatchAsync(Call call)
    {
        var path = call.Fields.Path("path");
        if (!SecretData.IsMergePatch(call.Request)) return SecretData.NotMergePatch();
        return await SecretEntries.FindAsync(call.Store, path) is { } record ? Change(call, path, record, merge: true) : Reply.NotFound();
    }

    private static async ValueTask<Reply> DeleteAsync(Call call)
    {
        var path = call.Fields.Path("path");
        if (await SecretEntries.FindAsync(call.Store, path) is { } record) SecretEntries.Delete(call.Store, path, record);
        return Reply.Empty();
    }

    private static Reply Change(Call call, string path, SecretRecord record, bool merge)
    {
        var refusal = VersionedKv.Refusal(call.Fields) ?? Texts(call, record, merge) ?? Expiry(call, record, merge);
        if (refusal is not null) return Reply.BadRequest(refusal);
        var fields = call.Fields;
        record.MaxVersions = fields.Integer("max_versions") ?? (Resets("max_versions") ? 0 : record.MaxVersions);
        record.CasRequired = fields.Boolean("cas_required") ?? (!Resets("cas_required") && record.CasRequired);
        record.DeleteVersionAfter =
            fields.Duration("delete_version_after") ?? (Resets("delete_version_after") ? TimeSpan.Zero : record.DeleteVersionAfter);
        SecretEntries.Save(call.Store, path, record);
        return Reply.Empty();

        bool Resets(string name) => IsReset(call, name, merge);
    }

    /// <summary>Takes over custom_metadata, owner and purpose; what is wrong with them, or null.</summary>
    private static string? Texts(Call call, SecretRecord record, bool merge)
    {
        if (call.Fields.Json("custom_metadata") is { } custom)
        {
            if (CustomMetadata.Change(record.Custom, custom, merge, out var refusal) is not { } changed) return refusal;
            record.Custom = changed;
        }
        else if (IsReset(call, "custom_metadata", merge))
        {
            record.Custom = default;
        }
        record.Owner = call.Fields.String("owner") ?? (IsReset(call, "owner", merge) ? "" : record.Owner);
        record.Purpose = call.Fields.String("purpose") ?? (IsReset(call, "purpose", merge) ? "" : record.Purpose);
        return TextRefusal("owner", record.Owner) ?? TextRefusal("purpose", record.Purpose);
    }

    private static string? TextRefusal(string name, string text) =>
        Encoding.UTF8.GetByteCount(text) > MaxTextLength ? $"{name} may have at most {MaxTextLength} bytes"
        : CustomMetadata.IsPrintable(text) ? null : $"{name} contains unprintable characters";

    /// <summary>Takes over expires_at; what is wrong with it, or null.</summary>
    private static string? Expiry(Call call, SecretRecord record, bool merge)
    {
        if (call.Fields.String("expires_at") is { Length: > 0 } text)
        {
            if (!Timestamps.TryParseExact(text, out var moment)) return "expires_at must be a time such as 2030-01-31T12:00:00Z (RFC 3339)";
            record.ExpiresAt = moment;
        }
        else if (call.Fields.Has("expires_at") || IsReset(call, "expires_at", merge))
        {
            record.ExpiresAt = null;
        }
        else
        {
            return null;
        }
        record.ExpiryNoticed = record.IsExpired(call.Now);
        return null;
    }

    private static bool IsReset(Call call, string name, bool merge) =>
        merge && call.Fields.Body is { ValueKind: JsonValueKind.Object } body
        && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    private static void Write(Utf8JsonWriter w, SecretRecord record, DateTimeOffset now)
    {
        w.WriteBoolean("cas_required"u8, record.CasRequired);
        w.WriteString("created_time"u8, Timestamps.Format(record.Created));
        w.WriteNumber("current_version"u8, record.Current);
        w.WritePropertyName("custom_metadata"u8);
        w.WriteRawValue(record.Custom.IsEmpty ? "null"u8 : record.Custom.Span, skipInputValidation: true);
        w.WriteString("delete_version_after"u8, Durations.Format(record.DeleteVersionAfter));
        w.WriteBoolean("expired"u8, record.IsExpired(now));
        w.WriteString("expires_at"u8, record.ExpiresAt is { } at ? Timestamps.Format(at) : "");
        w.WriteNumber("max_versions"u8, record.MaxVersions);
        w.WriteNumber("oldest_version"u8, record.Oldest);
        w.WriteString("owner"u8, record.Owner);
        w.WriteString("purpose"u8, record.Purpose);
        w.WriteString("updated_time"u8, Timestamps.Format(record.Updated));
        w.WriteStartObject("versions"u8);
        foreach (var version in record.Versions)
        {
            w.WriteStartObject(version.Number.ToString());
            w.WriteString("created_time"u8, Timestamps.Format(version.Created));
            w.WriteString("deletion_time"u8, version.Deleted is { } deleted ? Timestamps.Format(deleted) : "");
            w.WriteBoolean("destroyed"u8, version.Destroyed);
            w.WriteEndObject();
        }
        w.WriteEndObject();
    }
}
