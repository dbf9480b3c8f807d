using System.Text;
using System.Text.Json;

namespace Coffer.Cli.Output;

/// <summary>One value as it stands in a table.</summary>
internal static class Cell
{
    public static string Text(string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && LooksLikeDuration(key) && value.TryGetInt64(out long seconds))
            return Duration(seconds);
        return value.ValueKind == JsonValueKind.String && value.GetString() is "" ? "n/a" : Inner(value);
    }

    /// <summary>Seconds as <c>768h</c>, <c>1m30s</c>, <c>0s</c>.</summary>
    public static string Duration(long seconds)
    {
        if (seconds <= 0)
            return $"{seconds}s";
        var text = new StringBuilder();
        (long hours, long minutes, long rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if (hours > 0)
            text.Append(hours).Append('h');
        if (minutes > 0 || (hours > 0 && rest > 0))
            text.Append(minutes).Append('m');
        if (rest > 0)
            text.Append(rest).Append('s');
        return text.ToString();
    }

    private static string Inner(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "<nil>",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => $"[{string.Join(' ', value.EnumerateArray().Select(Inner))}]",
        JsonValueKind.Object => $"map[{string.Join(' ', value.EnumerateObject()
            .OrderBy(field => field.Name, StringComparer.Ordinal).Select(field => $"{field.Name}:{Inner(field.Value)}"))}]",
        _ => value.GetRawText(),
    };

    private static bool LooksLikeDuration(string key) =>
        key is "ttl" or "period" or "duration" or "lease_max" or "ttl_max"
        || key.EndsWith("_ttl", StringComparison.Ordinal) || key.EndsWith("_period", StringComparison.Ordinal)
        || key.EndsWith("_duration", StringComparison.Ordinal) || key.EndsWith("lease_max", StringComparison.Ordinal);
}
