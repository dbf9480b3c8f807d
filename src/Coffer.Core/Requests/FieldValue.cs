using System.Globalization;
using System.Text.Json;
using Coffer.Formats;

namespace Coffer.Core.Requests;

/// <summary>Turns JSON and query text into a field's type, as leniently as Vault does and no more.</summary>
internal static class FieldValue
{
    // 292 years: the longest that Go, and so Vault, can hold.
    private const long MaxSeconds = 9_223_372_036;

    /// <summary>The value, or null if it does not fit.</summary>
    public static object? FromJson(Field field, JsonElement element) => field.Kind switch
    {
        FieldKind.Map => element.ValueKind == JsonValueKind.Object ? element : null,
        FieldKind.Any => element,
        FieldKind.StringList => List(element),
        FieldKind.StringMap => Map(element),
        FieldKind.Boolean when element.ValueKind is JsonValueKind.True or JsonValueKind.False => element.GetBoolean(),
        FieldKind.Integer when element.ValueKind == JsonValueKind.Number => element.TryGetInt64(out var number) ? number : null,
        FieldKind.Duration when element.ValueKind == JsonValueKind.Number =>
            element.TryGetInt64(out var seconds) && seconds is >= -MaxSeconds and <= MaxSeconds ? TimeSpan.FromSeconds(seconds) : null,
        _ => Scalar(element) is { } text ? FromText(field, text) : null,
    };

    /// <summary>The value, or null if it does not fit.</summary>
    public static object? FromText(Field field, string text) => field.Kind switch
    {
        FieldKind.String => text,
        FieldKind.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null,
        FieldKind.Boolean => text switch
        {
            "true" or "True" or "TRUE" or "t" or "T" or "1" => true,
            "false" or "False" or "FALSE" or "f" or "F" or "0" => false,
            _ => null,
        },
        FieldKind.Duration => text.Length == 0 ? TimeSpan.Zero : Durations.TryParse(text, out var d) ? d : null,
        FieldKind.StringList => Split(text),
        _ => null,
    };

    public static string Mismatch(Field field, string got) =>
        $"error converting input for field \"{field.Name}\": expected {Describe(field.Kind)}, got a {got}";

    private static string Describe(FieldKind kind) => kind switch
    {
        FieldKind.String => "a string",
        FieldKind.Integer => "an integer",
        FieldKind.Boolean => "true or false",
        FieldKind.Duration => "seconds or a duration such as \"1h30m\"",
        FieldKind.StringList => "a list of strings",
        FieldKind.Map => "an object",
        FieldKind.StringMap => "an object of strings",
        _ => "a value",
    };

    private static string? Scalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };

    private static List<string>? List(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array) return Scalar(element) is { } one ? Split(one) : null;
        var items = new List<string>(element.GetArrayLength());
        foreach (var item in element.EnumerateArray())
        {
            if (Scalar(item) is not { } text) return null;
            items.Add(text);
        }
        return items;
    }

    private static List<string> Split(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static Dictionary<string, string>? Map(JsonElement element)
    {
        var map = new Dictionary<string, string>();
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    if (Scalar(property.Value) is not { } text) return null;
                    map[property.Name] = text;
                }
                return map;
            case JsonValueKind.Array or JsonValueKind.String:
                foreach (var pair in List(element) ?? [])
                {
                    var at = pair.IndexOf('=', StringComparison.Ordinal);
                    if (at <= 0) return null;
                    map[pair[..at]] = pair[(at + 1)..];
                }
                return map;
            default:
                return null;
        }
    }
}
