using System.Text.Json;
using Coffer.Formats;

namespace Coffer.Core.Requests;

/// <summary>
/// The values of a path's fields in one request: captures of the path, then the body, then the query. Values of the wrong type are refused
/// when it is made, so reading one here cannot fail.
/// </summary>
public sealed class Fields : IDisposable
{
    private readonly Dictionary<string, object> values;
    private readonly JsonDocument? document;

    private Fields(Dictionary<string, object> values, JsonDocument? document)
    {
        this.values = values;
        this.document = document;
    }

    /// <summary>The whole body; undefined where there was none.</summary>
    public JsonElement Body => document?.RootElement ?? default;

    public bool Has(string name) => values.ContainsKey(name);

    public string? String(string name) => values.TryGetValue(name, out var v) ? (string)v : null;

    /// <summary>A capture of the path: always there, maybe empty.</summary>
    public string Path(string name) => (string)values[name];

    public long? Integer(string name) => values.TryGetValue(name, out var v) ? (long)v : null;

    public bool? Boolean(string name) => values.TryGetValue(name, out var v) ? (bool)v : null;

    public TimeSpan? Duration(string name) => values.TryGetValue(name, out var v) ? (TimeSpan)v : null;

    public IReadOnlyList<string>? StringList(string name) =>
        values.TryGetValue(name, out var v) ? (IReadOnlyList<string>)v : null;

    public IReadOnlyDictionary<string, string>? StringMap(string name) =>
        values.TryGetValue(name, out var v) ? (IReadOnlyDictionary<string, string>)v : null;

    /// <summary>An object (of a <see cref="FieldKind.Map"/>) or any value (of <see cref="FieldKind.Any"/>), valid during the call.</summary>
    public JsonElement? Json(string name) => values.TryGetValue(name, out var v) ? (JsonElement)v : null;

    public void Dispose() => document?.Dispose();

    /// <summary>Reads the fields; <paramref name="refusal"/> says what is wrong with the first that does not fit.</summary>
    public static Fields? Parse(
        PathDescription path, IEnumerable<KeyValuePair<string, string>> captures, Request request, out string? refusal)
    {
        var body = request.Body.IsEmpty ? null : JsonDocument.Parse(request.Body);
        var values = new Dictionary<string, object>();
        foreach (var field in path.Fields)
        {
            if (body is not null && body.RootElement.TryGetProperty(field.Name, out var element))
            {
                if (element.ValueKind == JsonValueKind.Null) continue;
                if (FieldValue.FromJson(field, element) is { } value) values[field.Name] = value;
                else
                {
                    refusal = FieldValue.Mismatch(field, element.ValueKind.ToString().ToLowerInvariant());
                    body.Dispose();
                    return null;
                }
            }
            else if (!request.Operation.Changes() || request.Operation == Operation.Delete)
            {
                if (FromQuery(field, request.Query, out var text) is { } value) values[field.Name] = value;
                else if (text is not null)
                {
                    refusal = FieldValue.Mismatch(field, "string");
                    body?.Dispose();
                    return null;
                }
            }
        }
        foreach (var (name, text) in captures) values[name] = text;
        refusal = path.Fields.FirstOrDefault(f => f.Required && !values.ContainsKey(f.Name) && request.Operation.Changes()) is { } missing
            ? $"missing {missing.Name}"
            : path.Fields.Where(f => f.OneOf is not null && values.ContainsKey(f.Name))
                .FirstOrDefault(f => !f.OneOf!.Contains(values[f.Name].ToString())) is { } odd
                ? $"invalid value for '{odd.Name}': use one of {string.Join(", ", odd.OneOf!)}"
                : null;
        if (refusal is null) return new Fields(values, body);
        body?.Dispose();
        return null;
    }

    private static object? FromQuery(Field field, IReadOnlyList<KeyValuePair<string, string>> query, out string? text)
    {
        text = null;
        foreach (var (name, value) in query)
        {
            if (name == field.Name) text = value;
        }
        return text is null ? null : FieldValue.FromText(field, text);
    }
}
