using System.Text.Json;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Kv;

/// <summary>The names within a secret: every value that is not a filled object becomes null.</summary>
internal static class Subkeys
{
    /// <param name="depth">How many levels to show; what lies deeper is null too. Zero: all.</param>
    public static ReadOnlyMemory<byte> Of(byte[] data, long depth)
    {
        using var document = JsonDocument.Parse(data);
        if (document.RootElement.ValueKind != JsonValueKind.Object) return "null"u8.ToArray();
        var root = document.RootElement;
        return Reply.Object(w => Names(w, root, depth <= 0 ? long.MaxValue : depth));
    }

    private static void Names(Utf8JsonWriter writer, JsonElement element, long depth)
    {
        foreach (var property in element.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            if (depth > 1 && property.Value.ValueKind == JsonValueKind.Object && property.Value.EnumerateObject().Any())
            {
                writer.WriteStartObject();
                Names(writer, property.Value, depth - 1);
                writer.WriteEndObject();
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
