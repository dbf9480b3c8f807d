using System.Text.Json;

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
        // What a query means to a write is in its body; a read, list or delete has only the query.
        var query = request.Operation is Operation.Create or Operation.Update or Operation.Patch ? [] : request.Query;
        var values = Read(path.Fields, body?.RootElement, query, out refusal);
        if (values is not null)
        {
            foreach (var (name, text) in captures) values[name] = text;
            refusal = Lacking(path.Fields, values, request.Operation);
            if (refusal is null) return new Fields(values, body);
        }
        body?.Dispose();
        return null;
    }

    /// <summary>Reads an object inside the body in the same way.</summary>
    public static Fields? ParseObject(IReadOnlyList<Field> fields, JsonElement? json, out string? refusal)
    {
        var values = Read(fields, json, [], out refusal);
        if (values is null) return null;
        refusal = Lacking(fields, values, Operation.Update);
        return refusal is null ? new Fields(values, null) : null;
    }

    private static Dictionary<string, object>? Read(
        IReadOnlyList<Field> fields, JsonElement? json, IReadOnlyList<KeyValuePair<string, string>> query, out string? refusal)
    {
        refusal = null;
        var values = new Dictionary<string, object>();
        foreach (var field in fields)
        {
            object? value;
            string got;
            if (!field.FromQuery && json is { } body && body.TryGetProperty(field.Name, out var element))
            {
                if (element.ValueKind == JsonValueKind.Null) continue;
                value = FieldValue.FromJson(field, element);
                got = element.ValueKind.ToString().ToLowerInvariant();
            }
            else if (query.LastOrDefault(q => q.Key == field.Name) is { Key: not null } pair)
            {
                value = FieldValue.FromText(field, pair.Value);
                got = "string";
            }
            else
            {
                continue;
            }
            if (value is null)
            {
                refusal = FieldValue.Mismatch(field, got);
                return null;
            }
            values[field.Name] = value;
        }
        return values;
    }

    private static string? Lacking(IReadOnlyList<Field> fields, Dictionary<string, object> values, Operation operation)
    {
        foreach (var field in fields)
        {
            if (!values.TryGetValue(field.Name, out var value))
            {
                if (field.Required && operation.Changes()) return $"missing {field.Name}";
            }
            else if (field.OneOf is { } allowed && !allowed.Contains(value.ToString()))
            {
                return $"invalid value for '{field.Name}': use one of {string.Join(", ", allowed)}";
            }
        }
        return null;
    }
}
