using System.Text.Json;

namespace Coffer.Core.Requests;

/// <summary>The syntax of a body: one JSON object of bounded depth. As in Vault, what stands behind it is not looked at.</summary>
internal static class JsonBody
{
    private const int MaxDepth = 64;

    /// <summary>Cuts the body to its object; false if it does not begin with one.</summary>
    public static bool TryTrim(ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> trimmed)
    {
        trimmed = default;
        if (body.IsEmpty) return true;
        try
        {
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = MaxDepth, AllowMultipleValues = true });
            if (!reader.Read() || (reader.TokenType != JsonTokenType.StartObject && reader.TokenType != JsonTokenType.Null)) return false;
            if (reader.TokenType == JsonTokenType.Null) return true;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            trimmed = body[start..(int)reader.BytesConsumed];
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
