using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/config/auditing/request-headers</c>.</summary>
internal sealed class AuditedHeadersApi(FollowedEntry<AuditedHeaders> settings)
{
    public static readonly EntryKey Key = new(NamespaceId.Root, "core/audited-headers");

    public IEnumerable<PathDescription> Paths =>
    [
        new("config/auditing/request-headers") { Summary = "Lists the request headers that stand in audit records.", Sudo = true, Read = ListAsync },
        new("config/auditing/request-headers/{header}")
        {
            Summary = "Whether a request header stands in audit records, and how.",
            Fields = [Field.Boolean("hmac", "Writes an HMAC in place of the value.")],
            Sudo = true,
            Read = ReadAsync,
            Write = WriteAsync,
            Delete = DeleteAsync,
        },
    ];

    private async ValueTask<Reply> ListAsync(Call call)
    {
        var headers = await LoadAsync(call);
        return Reply.Json(
            w =>
            {
                w.WriteStartObject("headers"u8);
                foreach (var (name, hmac) in headers) Write(w, name, hmac);
                w.WriteEndObject();
            },
            Envelope.CopiedToTop);
    }

    private async ValueTask<Reply> ReadAsync(Call call)
    {
        var name = Name(call);
        return (await LoadAsync(call)).TryGetValue(name, out var hmac)
            ? Reply.Json(w => Write(w, name, hmac), Envelope.CopiedToTop)
            : Reply.BadRequest($"the header \"{name}\" is not audited");
    }

    private async ValueTask<Reply> WriteAsync(Call call)
    {
        var name = Name(call);
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
            return Reply.BadRequest($"\"{name}\" is no name of a header");
        var headers = await LoadAsync(call);
        headers[name] = call.Fields.Boolean("hmac") ?? false;
        call.Transaction.Put(Key, settings.Write(new AuditedHeaders(headers)));
        return Reply.Empty();
    }

    private async ValueTask<Reply> DeleteAsync(Call call)
    {
        var headers = await LoadAsync(call);
        if (headers.Remove(Name(call))) call.Transaction.Put(Key, settings.Write(new AuditedHeaders(headers)));
        return Reply.Empty();
    }

    private async ValueTask<SortedDictionary<string, bool>> LoadAsync(Call call) => await call.Transaction.GetAsync(Key) is { } entry
        ? new(settings.Parse(entry.Value).Headers.ToDictionary(), StringComparer.Ordinal)
        : new(StringComparer.Ordinal);

    private static void Write(Utf8JsonWriter w, string name, bool hmac)
    {
        w.WriteStartObject(name);
        w.WriteBoolean("hmac"u8, hmac);
        w.WriteEndObject();
    }

    private static string Name(Call call) => call.Fields.Path("header").ToLowerInvariant();
}
