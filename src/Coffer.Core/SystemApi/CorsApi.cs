using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/config/cors</c>.</summary>
internal sealed class CorsApi(FollowedEntry<CorsSettings> settings)
{
    public static readonly EntryKey Key = new(NamespaceId.Root, "core/cors");

    public IEnumerable<PathDescription> Paths =>
    [
        new("config/cors")
        {
            Summary = "Which web pages of other origins may call this server.",
            Fields =
            [
                Field.StringList("allowed_origins", "Origins such as https://app.example, or * alone for all."),
                Field.StringList("allowed_headers", "Request headers beyond the usual ones."),
            ],
            Sudo = true,
            Read = ReadAsync,
            Write = WriteAsync,
            Delete = call =>
            {
                call.Transaction.Delete(Key);
                return ValueTask.FromResult(Reply.Empty());
            },
        },
    ];

    private async ValueTask<Reply> ReadAsync(Call call)
    {
        var cors = await call.Transaction.GetAsync(Key) is { } entry ? settings.Parse(entry.Value) : CorsSettings.Off;
        return Reply.Json(
            w =>
            {
                w.WriteBoolean("enabled"u8, cors.Enabled);
                if (!cors.Enabled) return;
                JsonLists.Write(w, "allowed_origins", cors.Origins);
                JsonLists.Write(w, "allowed_headers", cors.Headers);
            },
            Envelope.CopiedToTop);
    }

    private ValueTask<Reply> WriteAsync(Call call)
    {
        var origins = call.Fields.StringList("allowed_origins") ?? [];
        if (origins.Count == 0) return Refuse("at least one origin or the wildcard must be provided");
        if (origins.Count > 1 && origins.Contains("*")) return Refuse("to allow all origins the '*' must be the only value for allowed_origins");
        var more = call.Fields.StringList("allowed_headers") ?? [];
        var headers = CorsSettings.UsualHeaders.Concat(more).Distinct(StringComparer.OrdinalIgnoreCase);
        if (origins.Concat(more).FirstOrDefault(text => text.Length == 0 || text.Any(c => c is <= ' ' or > '~')) is not null)
            return Refuse("origins and headers are visible ASCII characters");
        call.Transaction.Put(Key, settings.Write(new CorsSettings(true, [.. origins], [.. headers])));
        return ValueTask.FromResult(Reply.Empty());
    }

    private static ValueTask<Reply> Refuse(string why) => ValueTask.FromResult(Reply.BadRequest(why));
}
