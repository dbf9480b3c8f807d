using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.Conformance.Tests.Replaying;

/// <summary>An answer as it came; <see cref="Status"/> 0 where none did.</summary>
internal readonly record struct RawAnswer(int Status, JsonNode? Body);

/// <summary>
/// One request on a connection of its own, sent to the letter: paths such as <c>/a/../b</c> and oversized headers are not tidied up,
/// and redirects are not followed.
/// </summary>
internal static class RawHttp
{
    public static async Task<RawAnswer> SendAsync(
        Uri address, string method, string path, IReadOnlyDictionary<string, string> headers, byte[]? body)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(address.Host, address.Port, limit.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Render(address, method, path, headers, body), limit.Token);
            return await ReadAsync(stream, method, limit.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or FormatException)
        {
            return new RawAnswer(0, new JsonObject { ["transport"] = e.Message });
        }
    }

    private static byte[] Render(
        Uri address, string method, string path, IReadOnlyDictionary<string, string> headers, byte[]? body)
    {
        var head = new StringBuilder();
        head.Append($"{method} {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAccept-Encoding: identity\r\nConnection: close\r\n");
        if (body is not null || method is "POST" or "PUT" or "PATCH")
            head.Append($"Content-Length: {body?.Length ?? 0}\r\n");
        foreach (var (name, value) in headers)
            head.Append($"{name}: {value}\r\n");
        head.Append("\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. body ?? []];
    }

    private static async Task<RawAnswer> ReadAsync(Stream stream, string method, CancellationToken cancel)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var first = await reader.ReadLineAsync(cancel) ?? throw new IOException("closed without an answer");
        var status = int.Parse(first.Split(' ')[1], CultureInfo.InvariantCulture);
        var (length, chunked) = (-1L, false);
        while (await reader.ReadLineAsync(cancel) is { Length: > 0 } line)
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = long.Parse(line.AsSpan("Content-Length:".Length), CultureInfo.InvariantCulture);
            chunked |= line.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase) && line.Contains("chunked", StringComparison.OrdinalIgnoreCase);
        }
        if (method == "HEAD" || status is 204 or 304)
            return new RawAnswer(status, null);
        var text = new StringBuilder();
        try
        {
            if (chunked)
                await ReadChunksAsync(reader, text, cancel);
            else
                await ReadTextAsync(reader, text, length < 0 ? long.MaxValue : length, cancel);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            text.Clear();           // hung up after the head: the status stands
        }
        return new RawAnswer(status, Parse(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text.ToString()))));
    }

    private static async Task ReadChunksAsync(StreamReader reader, StringBuilder text, CancellationToken cancel)
    {
        while (await reader.ReadLineAsync(cancel) is { } size)
        {
            var length = long.Parse(size.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0)
                return;
            await ReadTextAsync(reader, text, length, cancel);
            await reader.ReadLineAsync(cancel);
        }
    }

    private static async Task ReadTextAsync(StreamReader reader, StringBuilder text, long length, CancellationToken cancel)
    {
        var buffer = new char[8192];
        while (length > 0)
        {
            var read = await reader.ReadAsync(buffer.AsMemory(0, (int)Math.Min(length, buffer.Length)), cancel);
            if (read == 0)
                return;
            text.Append(buffer, 0, read);
            length -= read;
        }
    }

    private static JsonNode? Parse(string text)
    {
        if (text.Length == 0)
            return null;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return new JsonObject { ["raw"] = text };
        }
    }
}
