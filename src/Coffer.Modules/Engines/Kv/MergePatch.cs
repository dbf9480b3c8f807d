using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coffer.Modules.Engines.Kv;

/// <summary>JSON merge patch (RFC 7396). What a patch does not touch is copied as it was written, so numbers stay exact.</summary>
internal static class MergePatch
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The target after the patch, in UTF-8. A target that is no object counts as an empty one.</summary>
    public static byte[] Apply(JsonElement target, JsonElement patch)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options)) Write(writer, target, patch);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            Copy(writer, patch);
            return;
        }
        var changes = Properties(patch);
        writer.WriteStartObject();
        foreach (var (name, value) in Properties(target))
        {
            if (changes.Remove(name, out var change))
            {
                if (change.ValueKind == JsonValueKind.Null) continue;
                writer.WritePropertyName(name);
                Write(writer, value, change);
            }
            else
            {
                writer.WritePropertyName(name);
                Copy(writer, value);
            }
        }
        foreach (var (name, value) in changes)
        {
            if (value.ValueKind == JsonValueKind.Null) continue;
            writer.WritePropertyName(name);
            Write(writer, default, value);
        }
        writer.WriteEndObject();
    }

    /// <summary>The properties in their order; of a name that comes twice the last value counts.</summary>
    private static OrderedDictionary<string, JsonElement> Properties(JsonElement element)
    {
        var properties = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        if (element.ValueKind != JsonValueKind.Object) return properties;
        foreach (var property in element.EnumerateObject()) properties[property.Name] = property.Value;
        return properties;
    }

    private static void Copy(Utf8JsonWriter writer, JsonElement value) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}
