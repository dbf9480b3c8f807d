using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Coffer.Cli.Output;

/// <summary>JSON as YAML: the same values, for people's eyes. Numbers stay as they were sent.</summary>
internal static class Yaml
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-");

    public static string Text(JsonElement value)
    {
        var text = new StringBuilder();
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            Block(text, value, 0);
        else
            text.Append(Scalar(value)).Append('\n');
        return text.ToString();
    }

    private static void Block(StringBuilder text, JsonElement value, int depth)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in value.EnumerateArray())
                Entry(text.Append(' ', depth * 2).Append('-'), item, depth, isItem: true);
            return;
        }
        foreach (JsonProperty field in value.EnumerateObject())
            Entry(text.Append(' ', depth * 2).Append(String(field.Name)).Append(':'), field.Value, depth, isItem: false);
    }

    private static void Entry(StringBuilder text, JsonElement value, int depth, bool isItem)
    {
        if (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().MoveNext())
            Block(text.Append('\n'), value, depth + 1);
        else if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0)
            Block(text.Append('\n'), value, isItem ? depth + 1 : depth);
        else
            text.Append(' ').Append(Scalar(value)).Append('\n');
    }

    private static string Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{}",
        JsonValueKind.Array => "[]",
        JsonValueKind.String => String(value.GetString()!),
        _ => value.GetRawText(),
    };

    private static string String(string text)
    {
        bool plain = text.Length > 0 && char.IsAsciiLetter(text[0]) && !text.AsSpan().ContainsAnyExcept(Plain)
            && text.ToUpperInvariant() is not ("TRUE" or "FALSE" or "NULL" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N");
        if (plain)
            return text;
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c == '\n')
                quoted.Append("\\n");
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\ufeff')
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
