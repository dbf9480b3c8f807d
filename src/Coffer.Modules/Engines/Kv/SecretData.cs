using System.Runtime.InteropServices;
using System.Text.Json;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Kv;

/// <summary><c>data/</c> and <c>subkeys/</c>: the values of secrets.</summary>
internal static class SecretData
{
    private const string MergePatchType = "application/merge-patch+json";
    private static readonly Field Version = Field.Integer("version", "The version to read; 0 for the latest.") with { FromQuery = true };

    public static IReadOnlyList<PathDescription> Paths { get; } =
    [
        new PathDescription("data/{path*}")
        {
            Summary = "A secret's data",
            Description = "A read takes a version. A write makes the next one, if the cas option is the number of the present one " +
                "(0: there is none). A patch is a JSON merge patch (RFC 7396) of the latest version.",
            Fields =
            [
                Version,
                Field.Map("data", "The values, any JSON object."),
                Field.Map("options", "cas: the version that must be the present one."),
            ],
            Read = call => ReadAsync(call, "data"u8.ToArray(), static (_, data) => data),
            Write = WriteAsync,
            Patch = PatchAsync,
            Delete = DeleteAsync,
            Exists = async call => await SecretEntries.FindAsync(call.Store, call.Fields.Path("path")) is not null,
        },
        new PathDescription("subkeys/{path*}")
        {
            Summary = "The names within a secret's data, without the values",
            Fields = [Version, Field.Integer("depth", "How many levels; 0 for all.") with { FromQuery = true }],
            Read = call => ReadAsync(call, "subkeys"u8.ToArray(), static (call, data) => Subkeys.Of(data, call.Fields.Integer("depth") ?? 0)),
        },
    ];

    private static async ValueTask<Reply> ReadAsync(Call call, byte[] name, Func<Call, byte[], ReadOnlyMemory<byte>> view)
    {
        var path = call.Fields.Path("path");
        if (await SecretEntries.FindAsync(call.Store, path) is not { } record) return Reply.NotFound();
        var number = call.Fields.Integer("version") is { } asked and not 0 ? asked : record.Current;
        if (record.Row(number) is not { } version) return Reply.NotFound();
        if (version.IsGone(call.Now)) return VersionBody.WithData(name, "null"u8, record, version, 404);
        var data = await SecretEntries.ReadDataAsync(call.Store, path, number);
        return VersionBody.WithData(name, view(call, data).Span, record, version);
    }

    private static async ValueTask<Reply> WriteAsync(Call call)
    {
        var path = call.Fields.Path("path");
        if (KvPath.Refusal(path) is { } refusal) return Reply.BadRequest(refusal);
        if (call.Fields.Body is not { ValueKind: JsonValueKind.Object } body || !body.TryGetProperty("data"u8, out var data))
            return Reply.BadRequest("no data provided");
        var config = await KvConfig.ReadAsync(call.Store);
        var record = await SecretEntries.FindAsync(call.Store, path) ?? SecretRecord.Make(call.Now);
        if (CheckAndSet(call.Fields, config, record) is { } conflict) return Reply.BadRequest(conflict);
        return VersionBody.Alone(
            record, SecretEntries.AddVersion(call.Store, path, record, config, JsonMarshal.GetRawUtf8Value(data), call.Now));
    }

    private static async ValueTask<Reply> PatchAsync(Call call)
    {
        var path = call.Fields.Path("path");
        if (!IsMergePatch(call.Request)) return NotMergePatch();
        if (KvPath.Refusal(path) is { } refusal) return Reply.BadRequest(refusal);
        // Nothing to patch is answered as by a server without patch: clients then fall back to read and write, and see for themselves.
        if (await SecretEntries.FindAsync(call.Store, path) is not { } record || record.Row(record.Current) is not { } version)
            return new Reply { Status = 405 };
        if (version.IsGone(call.Now)) return VersionBody.WithData("data"u8, "null"u8, record, version, 404);
        if (call.Fields.Json("data") is not { } patch) return Reply.BadRequest("no data provided");
        var config = await KvConfig.ReadAsync(call.Store);
        if (CheckAndSet(call.Fields, config, record) is { } conflict) return Reply.BadRequest(conflict);
        using var present = JsonDocument.Parse(await SecretEntries.ReadDataAsync(call.Store, path, record.Current));
        var data = MergePatch.Apply(present.RootElement, patch);
        return VersionBody.Alone(record, SecretEntries.AddVersion(call.Store, path, record, config, data, call.Now));
    }

    private static async ValueTask<Reply> DeleteAsync(Call call)
    {
        var path = call.Fields.Path("path");
        if (await SecretEntries.FindAsync(call.Store, path) is { } record && record.Row(record.Current) is { } version
            && !version.IsGone(call.Now))
        {
            record.Set(version with { Deleted = call.Now });
            SecretEntries.Save(call.Store, path, record);
        }
        return Reply.Empty();
    }

    /// <summary>Why the write is refused, or null.</summary>
    private static string? CheckAndSet(Fields fields, KvConfig config, SecretRecord record)
    {
        if (fields.Json("options") is not { } options || !options.TryGetProperty("cas"u8, out var cas) || cas.ValueKind == JsonValueKind.Null)
        {
            return config.CasRequired || record.CasRequired ? "check-and-set parameter required for this call" : null;
        }
        long expected = -1;
        var given = cas.ValueKind switch
        {
            JsonValueKind.Number => cas.TryGetInt64(out expected),
            JsonValueKind.String => long.TryParse(cas.GetString(), out expected),
            _ => false,
        };
        return !given ? "error parsing check-and-set parameter"
            : expected == record.Current ? null
            : "check-and-set parameter did not match the current version";
    }

    public static Reply NotMergePatch() => Reply.Refuse(415, $"PATCH requires Content-Type {MergePatchType}");

    public static bool IsMergePatch(Request request) =>
        request.Header("Content-Type") is { } type
        && type.Split(';')[0].Trim().Equals(MergePatchType, StringComparison.OrdinalIgnoreCase);
}
