using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.Telemetry;
using Coffer.Formats;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/internal/counters</c>, <c>sys/in-flight-req</c> and the user interface's feature flags.</summary>
internal sealed class CountersApi(EntryCounts counts, Metrics metrics, InFlight inFlight)
{
    public IEnumerable<PathDescription> Paths =>
    [
        new("internal/counters/requests") { Summary = "Requests that this node has served since it started.", Read = Requests },
        new("internal/counters/tokens") { Summary = "How many tokens are stored.", Read = TokensAsync },
        new("internal/counters/entities") { Summary = "How many entities are stored.", Read = EntitiesAsync },
        new("in-flight-req") { Summary = "The requests that this node is serving now.", Read = InFlightNow },
        new("internal/ui/feature-flags") { Summary = "Features that a user interface may ask for; there are none.", Unauthenticated = true, Read = Flags },
    ];

    private ValueTask<Reply> Requests(Call call) => ValueTask.FromResult(Reply.Json(w =>
    {
        w.WriteStartArray("counters"u8);
        w.WriteStartObject();
        w.WriteString("start_time"u8, Timestamps.Format(metrics.Started));
        w.WriteNumber("total"u8, metrics.Requests.Total);
        w.WriteEndObject();
        w.WriteEndArray();
    }));

    private async ValueTask<Reply> TokensAsync(Call call) => Total("service_tokens", await counts.TokensAsync(call.Request.Namespace, call.Cancel));

    private async ValueTask<Reply> EntitiesAsync(Call call) => Total("entities", await counts.EntitiesAsync(call.Request.Namespace, call.Cancel));

    private static Reply Total(string name, long total) => Reply.Json(w =>
    {
        w.WriteStartObject("counters"u8);
        w.WriteStartObject(name);
        w.WriteNumber("total"u8, total);
        w.WriteEndObject();
        w.WriteEndObject();
    });

    private ValueTask<Reply> InFlightNow(Call call) => ValueTask.FromResult(Reply.Json(
        w =>
        {
            foreach (var (exchange, since) in inFlight.All) Write(w, exchange, since);
        },
        Envelope.Bare));

    private static void Write(Utf8JsonWriter w, Exchange exchange, DateTimeOffset since)
    {
        var request = exchange.Request;
        w.WriteStartObject(request.Id);
        w.WriteString("client_id"u8, exchange.Token?.EntityId ?? "");
        w.WriteString("client_remote_address"u8, request.Client is null ? "" : new System.Net.IPEndPoint(request.Client, request.ClientPort).ToString());
        w.WriteString("request_method"u8, Method(request.Operation));
        w.WriteString("request_path"u8, "/v1/" + request.Path);
        w.WriteString("start_time"u8, Timestamps.Format(since));
        w.WriteEndObject();
    }

    private static string Method(Operation operation) => operation switch
    {
        Operation.Read or Operation.Help => "GET",
        Operation.List => "LIST",
        Operation.Patch => "PATCH",
        Operation.Delete => "DELETE",
        _ => "PUT",
    };

    private static ValueTask<Reply> Flags(Call call) =>
        ValueTask.FromResult(Reply.Json(w => JsonLists.Write(w, "feature_flags", []), Envelope.Bare));
}
