using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.Telemetry;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/metrics</c>: in Prometheus' text format, or in the JSON that Vault's clients expect.</summary>
internal sealed class MetricsApi(Metrics metrics)
{
    public IEnumerable<PathDescription> Paths =>
    [
        new("metrics")
        {
            Summary = "What this node counts of its work.",
            Fields = [new("format", FieldKind.String, "prometheus, or JSON.") { OneOf = ["", "json", "prometheus"] }],
            Unaudited = true,
            WhileSealed = true,
            UnauthenticatedFor = request => request.OpenMetrics,
            Read = Read,
        },
    ];

    private ValueTask<Reply> Read(Call call)
    {
        var format = call.Fields.String("format");
        var accept = call.Request.Header("Accept") ?? "";
        var prometheus = format == "prometheus" || (string.IsNullOrEmpty(format)
            && (accept.StartsWith("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) || accept.Contains("version=0.0.4", StringComparison.Ordinal)));
        return ValueTask.FromResult(prometheus
            ? new Reply { Raw = new RawContent(PrometheusText.ContentType, PrometheusText.Write(metrics.Collect())) }
            : Reply.Json(w => Write(w, [.. metrics.Collect()], call.Now), Envelope.Bare));
    }

    private static void Write(Utf8JsonWriter w, IReadOnlyList<Sample> samples, DateTimeOffset now)
    {
        w.WriteString("Timestamp"u8, now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss '+0000 UTC'", System.Globalization.CultureInfo.InvariantCulture));
        w.WriteStartArray("Gauges"u8);
        foreach (var sample in samples.Where(s => s.Kind == MetricKind.Gauge)) Value(w, sample, "Value", sample.Value);
        w.WriteEndArray();
        w.WriteStartArray("Points"u8);
        w.WriteEndArray();
        w.WriteStartArray("Counters"u8);
        foreach (var sample in samples.Where(s => s.Kind == MetricKind.Counter)) Value(w, sample, "Count", sample.Value);
        w.WriteEndArray();
        w.WriteStartArray("Samples"u8);
        foreach (var sample in samples.Where(s => s.Spread is not null))
            Value(w, sample, "Count", sample.Spread!.Count, sample.Value);
        w.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter w, Sample sample, string name, double value, double? sum = null)
    {
        w.WriteStartObject();
        w.WriteString("Name"u8, sample.Name);
        w.WriteNumber(name, value);
        if (sum is { } total)
        {
            w.WriteNumber("Mean"u8, total / value);
            w.WriteNumber("Sum"u8, total);
        }
        w.WriteStartObject("Labels"u8);
        foreach (var (label, text) in sample.Labels) w.WriteString(label, text);
        w.WriteEndObject();
        w.WriteEndObject();
    }
}
