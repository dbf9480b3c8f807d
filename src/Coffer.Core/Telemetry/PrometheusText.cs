using System.Globalization;
using System.Text;

namespace Coffer.Core.Telemetry;

/// <summary>Samples in Prometheus' text format 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static byte[] Write(IEnumerable<Sample> samples)
    {
        var text = new StringBuilder(8192);
        string? name = null;
        foreach (var sample in samples)
        {
            if (sample.Name != name)
            {
                name = sample.Name;
                text.Append("# HELP ").Append(name).Append(' ').Append(sample.Help).Append('\n');
                text.Append("# TYPE ").Append(name).Append(' ').Append(Kind(sample.Kind)).Append('\n');
            }
            if (sample.Spread is { } spread) Histogram(text, sample, spread);
            else Line(text, name, sample.Labels, null, Number(sample.Value));
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Histogram(StringBuilder text, Sample sample, Spread spread)
    {
        for (var i = 0; i < spread.Bounds.Count; i++)
            Line(text, sample.Name + "_bucket", sample.Labels, Number(spread.Bounds[i]), $"{spread.AtOrBelow[i]}");
        Line(text, sample.Name + "_bucket", sample.Labels, "+Inf", $"{spread.Count}");
        Line(text, sample.Name + "_sum", sample.Labels, null, Number(sample.Value));
        Line(text, sample.Name + "_count", sample.Labels, null, $"{spread.Count}");
    }

    private static void Line(StringBuilder text, string name, IReadOnlyList<(string Name, string Value)> labels, string? bound, string value)
    {
        text.Append(name);
        if (labels.Count > 0 || bound is not null)
        {
            text.Append('{');
            var all = bound is null ? labels : [.. labels, ("le", bound)];
            for (var i = 0; i < all.Count; i++)
            {
                if (i > 0) text.Append(',');
                text.Append(all[i].Name).Append("=\"").Append(Escape(all[i].Value)).Append('"');
            }
            text.Append('}');
        }
        text.Append(' ').Append(value).Append('\n');
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Kind(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
