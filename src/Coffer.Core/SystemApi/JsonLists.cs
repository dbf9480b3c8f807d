using System.Text.Json;

namespace Coffer.Core.SystemApi;

internal static class JsonLists
{
    /// <summary>Writes a list of strings under a name.</summary>
    public static void Write(Utf8JsonWriter w, string name, IEnumerable<string> items)
    {
        w.WriteStartArray(name);
        foreach (var item in items) w.WriteStringValue(item);
        w.WriteEndArray();
    }
}
