using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.Cli.Input;

/// <summary>
/// A body from arguments, as Vault takes it: <c>key=value</c>, <c>key=@file</c>, <c>key=-</c> (standard input),
/// <c>@file</c> and <c>-</c> for a JSON object; <c>key=\@text</c> is text that begins with an at sign. A key given twice is a list.
/// </summary>
internal static class KeyValues
{
    public static JsonObject Parse(IEnumerable<string> arguments)
    {
        var body = new JsonObject();
        bool inputUsed = false;
        foreach (string argument in arguments)
        {
            if (argument == "-")
                Merge(body, Input(ref inputUsed), "standard input");
            else if (argument is ['@', .. var file])
                Merge(body, FileText(file), file);
            else if (argument.IndexOf('=', StringComparison.Ordinal) is > 0 and var split)
                Add(body, argument[..split], Value(argument[(split + 1)..], ref inputUsed));
            else
                throw new LocalException($"\"{Shown(argument)}\" is not key=value, key=@file, @file or -.");
        }
        return body;
    }

    /// <summary>The same for texts only, as queries and login fields are.</summary>
    public static IEnumerable<KeyValuePair<string, string>> ParseTexts(IEnumerable<string> arguments)
    {
        foreach ((string key, JsonNode? value) in Parse(arguments))
            foreach (JsonNode? item in value is JsonArray list ? [.. list] : new[] { value })
                yield return new(key, item?.GetValueKind() == JsonValueKind.String ? item.GetValue<string>() : item?.ToJsonString() ?? "");
    }

    private static string Value(string text, ref bool inputUsed) => text switch
    {
        "-" => Input(ref inputUsed),
        ['@', .. var file] => FileText(file),
        ['\\', '@', .. var rest] => "@" + rest,
        _ => text,
    };

    private static void Add(JsonObject body, string key, string value)
    {
        if (!body.TryGetPropertyValue(key, out JsonNode? present))
            body[key] = value;
        else if (present is JsonArray list)
            list.Add((JsonNode)value);
        else
            body[key] = new JsonArray(present?.DeepClone(), value);
    }

    private static void Merge(JsonObject body, string json, string from)
    {
        try
        {
            if (JsonNode.Parse(json) is not JsonObject given)
                throw new LocalException($"{from} does not hold a JSON object.");
            foreach ((string key, JsonNode? value) in given)
                body[key] = value?.DeepClone();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // Not the parser's own words: they may quote what is in the file.
            throw new LocalException($"{from} is not JSON{(e is JsonException { LineNumber: { } line } ? $" (line {line + 1})" : "")}.");
        }
    }

    private static string Input(ref bool used)
    {
        if (used)
            throw new LocalException("Standard input can be used for one value only.");
        used = true;
        return Terminal.ReadInput();
    }

    private static string FileText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new LocalException($"{path} cannot be read: {e.Message}");
        }
    }

    // The argument may be a secret whose key was forgotten.
    private static string Shown(string argument) => argument.Length <= 4 ? argument : argument[..4] + "…";
}
