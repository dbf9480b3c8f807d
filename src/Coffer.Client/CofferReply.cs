using System.Text.Json;

namespace Coffer.Client;

/// <summary>A reply below the level of <see cref="Secret"/>: status and body as they came.</summary>
public sealed class CofferReply
{
    internal CofferReply(int status, byte[] body, string? contentType)
    {
        StatusCode = status;
        Body = body;
        ContentType = contentType;
    }

    /// <summary>The HTTP status.</summary>
    public int StatusCode { get; }

    /// <summary>The body. It may hold secrets.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The body's content type, or null.</summary>
    public string? ContentType { get; }

    /// <summary>The body as a JSON object, or null when it is empty or something else.</summary>
    public JsonElement? Json
    {
        get
        {
            if (Body.Span.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
                return null;
            try
            {
                using JsonDocument document = JsonDocument.Parse(Body);
                return document.RootElement.Clone();
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>The status only.</summary>
    public override string ToString() => $"CofferReply {{ StatusCode = {StatusCode} }}";
}
