using System.Globalization;
using System.Text.Json;
using Coffer.Core.Mounts;
using Coffer.Core.Quotas;
using Coffer.Core.Requests;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/quotas</c>: rate limits and what holds for all of them.</summary>
internal sealed class QuotasApi(MountTable mounts)
{
    private static readonly Field[] Fields =
    [
        new("type", FieldKind.String, "The kind of quota.") { OneOf = ["rate-limit"] },
        Field.String("path", "A mount (kv/), a path below one (kv/data/app, kv/data/*), or empty for everything."),
        Field.Any("rate", "How many requests of one client are let through in an interval."),
        new("interval", FieldKind.Duration, "The interval.") { Default = "1s" },
        Field.Duration("block_interval", "How long a client that went over is refused; zero until its rate allows another."),
    ];

    private static readonly Field[] ConfigFields =
    [
        Field.StringList("rate_limit_exempt_paths", "Paths that are never limited; * at the end stands for anything."),
        Field.Boolean("enable_rate_limit_audit_logging", "Refusals are always audited; false is refused."),
        Field.Boolean("enable_rate_limit_response_headers", "Such headers are not sent; true is refused."),
    ];

    public IEnumerable<PathDescription> Paths =>
    [
        new("quotas/config") { Summary = "What holds for all quotas.", Fields = ConfigFields, Read = ReadConfigAsync, Write = WriteConfigAsync },
        new("quotas/rate-limit") { Summary = "Lists the rate limits.", Fields = Paging.Fields, List = ListAsync },
        new("quotas/rate-limit/{name}") { Summary = "Reads, writes or deletes a rate limit.", Fields = Fields, Read = ReadAsync, Write = WriteAsync, Delete = DeleteAsync },
    ];

    private static async ValueTask<Reply> ListAsync(Call call) => Reply.Keys(
        await call.Transaction.ListAsync(call.Request.Namespace, QuotaTable.Prefix, Paging.After(call), Paging.Limit(call)));

    private static async ValueTask<Reply> ReadAsync(Call call)
    {
        if (await FindAsync(call) is not { } limit) return Reply.NotFound();
        return Reply.Json(w =>
        {
            w.WriteNumber("block_interval"u8, (long)limit.BlockInterval.TotalSeconds);
            w.WriteNumber("interval"u8, (long)limit.Interval.TotalSeconds);
            w.WriteString("name"u8, limit.Name);
            w.WriteString("path"u8, limit.Path);
            w.WriteNumber("rate"u8, limit.Rate);
            w.WriteString("type"u8, "rate-limit");
        });
    }

    private async ValueTask<Reply> WriteAsync(Call call)
    {
        var fields = call.Fields;
        var name = fields.Path("name");
        var old = await FindAsync(call);
        var path = fields.String("path") ?? old?.Path ?? "";
        if (path.Length > 0 && Canonical(ref path) is { } refusal) return Reply.BadRequest(refusal);
        var rate = fields.Json("rate") is { } json ? Number(json) : old?.Rate ?? 0;
        if (!double.IsFinite(rate) || rate <= 0) return Reply.BadRequest("'rate' is invalid: give a number greater than 0");
        var interval = fields.Duration("interval") ?? old?.Interval ?? TimeSpan.FromSeconds(1);
        if (interval == TimeSpan.Zero) interval = TimeSpan.FromSeconds(1);
        if (interval < TimeSpan.FromSeconds(1)) return Reply.BadRequest("'interval' is invalid: give a second or more");
        var block = fields.Duration("block_interval") ?? old?.BlockInterval ?? TimeSpan.Zero;
        if (block < TimeSpan.Zero) return Reply.BadRequest("'block_interval' is invalid: it can't be negative");
        foreach (var other in await call.Transaction.ScanAsync(call.Request.Namespace, QuotaTable.Prefix, null, int.MaxValue))
        {
            if (Parse(other.Value) is { } limit && limit.Path == path && limit.Name != name)
                return Reply.BadRequest($"quota rule with similar properties exists under the name \"{limit.Name}\"");
        }
        var written = new RateLimit(name, path, rate, interval, block);
        call.Transaction.Put(QuotaTable.Key(name), JsonSerializer.SerializeToUtf8Bytes(written, StoredJson.Default.RateLimit));
        return Reply.Empty();
    }

    private static ValueTask<Reply> DeleteAsync(Call call)
    {
        call.Transaction.Delete(QuotaTable.Key(call.Fields.Path("name")));
        return ValueTask.FromResult(Reply.Empty());
    }

    private static async ValueTask<Reply> ReadConfigAsync(Call call)
    {
        var config = await call.Transaction.GetAsync(QuotaTable.ConfigKey) is { } entry
            ? JsonSerializer.Deserialize(entry.Value, StoredJson.Default.QuotaConfig)!
            : QuotaConfig.Default;
        return Reply.Json(w =>
        {
            w.WriteBoolean("enable_rate_limit_audit_logging"u8, true);
            w.WriteBoolean("enable_rate_limit_response_headers"u8, false);
            JsonLists.Write(w, "rate_limit_exempt_paths", config.ExemptPaths);
        });
    }

    private static ValueTask<Reply> WriteConfigAsync(Call call)
    {
        if (call.Fields.Boolean("enable_rate_limit_audit_logging") == false)
            return Refuse("enable_rate_limit_audit_logging can't be turned off: every refusal is audited");
        if (call.Fields.Boolean("enable_rate_limit_response_headers") == true)
            return Refuse("enable_rate_limit_response_headers is not available: no such headers are sent");
        if (call.Fields.StringList("rate_limit_exempt_paths") is { } paths)
        {
            var config = new QuotaConfig([.. paths.Select(p => p.TrimStart('/'))]);
            call.Transaction.Put(QuotaTable.ConfigKey, JsonSerializer.SerializeToUtf8Bytes(config, StoredJson.Default.QuotaConfig));
        }
        return ValueTask.FromResult(Reply.Empty());
    }

    /// <summary>Gives a mount its slash; what is wrong with the path, or null.</summary>
    private string? Canonical(ref string path)
    {
        path = path.TrimStart('/');
        if (mounts.Route(path, out _) is not { } mounted) return $"invalid mount path \"{path}\"";
        if (path + "/" == mounted.Mount.Path) path += "/";
        return path[..^1].Contains('*', StringComparison.Ordinal) ? "'path' is invalid: * stands only at the end" : null;
    }

    private static double Number(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.String when double.TryParse(json.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => double.NaN,
    };

    private static async ValueTask<RateLimit?> FindAsync(Call call) =>
        await call.Transaction.GetAsync(QuotaTable.Key(call.Fields.Path("name"))) is { } entry ? Parse(entry.Value) : null;

    private static RateLimit Parse(byte[] json) => JsonSerializer.Deserialize(json, StoredJson.Default.RateLimit)!;

    private static ValueTask<Reply> Refuse(string why) => ValueTask.FromResult(Reply.BadRequest(why));
}
