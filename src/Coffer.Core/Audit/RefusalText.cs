using System.Text;
using System.Text.Json;
using Coffer.Core.Requests;

namespace Coffer.Core.Audit;

/// <summary>
/// Reasons of a refusal as they may be recorded: a message that repeats what the client sent would put it into the trail in clear, so
/// whatever of the message is a value of the request is cut out.
/// </summary>
internal static class RefusalText
{
    public const string Cut = "[cut]";

    // What is shorter says nothing and would cut words to pieces.
    private const int Shortest = 3;

    public static string Without(Request request, string text)
    {
        if (text.Length < Shortest) return text;
        if (request.Token is { Length: >= Shortest } token) text = Replace(text, token);
        foreach (var (_, value) in request.Query) text = Replace(text, value);
        return request.Body.IsEmpty ? text : WithoutBody(request.Body.Span, text);
    }

    private static string WithoutBody(ReadOnlySpan<byte> body, string text)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length < Shortest) continue;
                // A value that is much longer than the message can't stand in it, whatever its escapes.
                if (reader.ValueSpan.Length / 6 > text.Length) continue;
                text = Replace(text, reader.GetString()!);
                if (reader.ValueIsEscaped) text = Replace(text, Encoding.UTF8.GetString(reader.ValueSpan));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON: then its words are what may have been repeated.
            foreach (var word in Encoding.UTF8.GetString(body).Split((char[])[' ', '\t', '\r', '\n', '"', ',', ':', '{', '}', '[', ']', '=', '&']))
                if (word.Length > Shortest) text = Replace(text, word);
        }
        return text;
    }

    private static string Replace(string text, string value)
    {
        if (value.Length < Shortest) return text;
        text = text.Replace(value, Cut, StringComparison.Ordinal);
        // As it stands between quotation marks that were escaped.
        var quoted = JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value;
        return quoted.Length == value.Length ? text : text.Replace(quoted, Cut, StringComparison.Ordinal);
    }
}
