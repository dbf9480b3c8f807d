using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Coffer.Conformance.Tests.Replaying;

/// <summary>Values that steps saved, put in where later steps name them.</summary>
internal sealed partial class Variables
{
    private readonly Dictionary<string, JsonNode> saved = [];

    public void Set(string name, JsonNode value) => saved[name] = value.DeepClone();

    /// <summary><c>${x*1000}</c> becomes a thousand x, <c>${name}</c> the saved value's text; an unknown name stays.</summary>
    public string Fill(string text) =>
        Named().Replace(Repeat(text), m => saved.TryGetValue(m.Groups[1].Value, out var value) ? Text(value) : m.Value);

    /// <summary>The same through a whole body; a text that is nothing but <c>${name}</c> becomes the value as it is.</summary>
    public JsonNode? Fill(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(f => KeyValuePair.Create(Fill(f.Key), Fill(f.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Fill)]),
        JsonValue value when value.TryGetValue<string>(out var text) => FillValue(text),
        _ => node?.DeepClone(),
    };

    private JsonNode FillValue(string text)
    {
        var whole = Named().Match(Repeat(text));
        return whole.Success && whole.Value == Repeat(text) && saved.TryGetValue(whole.Groups[1].Value, out var value)
            ? value.DeepClone()
            : JsonValue.Create(Fill(text));
    }

    private static string Repeat(string text) =>
        Repeated().Replace(text, m => new string(m.Groups[1].Value[0], int.Parse(m.Groups[2].Value)));

    private static string Text(JsonNode value) =>
        value is JsonValue v && v.TryGetValue<string>(out var text) ? text : value.ToJsonString();

    [GeneratedRegex(@"\$\{(.)\*(\d+)\}")]
    private static partial Regex Repeated();

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Named();
}
