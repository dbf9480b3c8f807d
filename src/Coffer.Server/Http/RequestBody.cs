using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Coffer.Server.Http;

/// <summary>A request's body in one pooled buffer, which is zeroed before it goes back.</summary>
internal struct RequestBody : IDisposable
{
    private byte[]? buffer;
    private int length;

    public readonly ReadOnlyMemory<byte> Memory => buffer is null ? default : buffer.AsMemory(0, length);

    /// <summary>Reads all of the body; false if it is longer than <paramref name="limit"/>.</summary>
    public static async ValueTask<(bool Fits, RequestBody Body)> ReadAsync(
        PipeReader reader, long? announced, long limit, CancellationToken cancel)
    {
        var body = new RequestBody();
        if (announced > limit) return (false, body);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancel);
                var fits = body.length + read.Buffer.Length <= limit;
                if (fits && !read.Buffer.IsEmpty) body.Append(read.Buffer, announced);
                reader.AdvanceTo(read.Buffer.End);
                if (!fits)
                {
                    body.Dispose();
                    return (false, body);
                }
                if (read.IsCompleted) return (true, body);
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Whether it begins as JSON does, whatever the client calls it: <c>curl -d</c> calls everything a form.</summary>
    public readonly bool IsJson => Memory.Span.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];

    /// <summary>Replaces a form by the JSON object of its fields; false if it is no form.</summary>
    public bool TryTurnFormIntoJson()
    {
        if (!RequestTarget.TryParseForm(Encoding.UTF8.GetString(Memory.Span), out var pairs)) return false;
        var json = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var field in pairs.GroupBy(pair => pair.Key, pair => pair.Value))
            {
                var values = field.ToArray();
                if (values.Length == 1)
                {
                    writer.WriteString(field.Key, values[0]);
                    continue;
                }
                writer.WriteStartArray(field.Key);
                foreach (var value in values) writer.WriteStringValue(value);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        }
        Dispose();
        buffer = ArrayPool<byte>.Shared.Rent(json.WrittenCount);
        json.WrittenSpan.CopyTo(buffer);
        length = json.WrittenCount;
        json.Clear();
        return true;
    }

    public void Dispose()
    {
        if (buffer is null) return;
        CryptographicOperations.ZeroMemory(buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = null;
        length = 0;
    }

    private void Append(ReadOnlySequence<byte> more, long? announced)
    {
        var needed = checked(length + (int)more.Length);
        if (buffer is null || buffer.Length < needed)
        {
            // An announced length is only believed up to a point: a slow sender must not hold what it has not sent.
            var wanted = Math.Max(needed, Math.Min((int)(announced ?? 0), 1 << 20));
            var larger = ArrayPool<byte>.Shared.Rent(buffer is null ? wanted : Math.Max(wanted, buffer.Length * 2));
            if (buffer is not null)
            {
                Memory.Span.CopyTo(larger);
                CryptographicOperations.ZeroMemory(buffer.AsSpan(0, length));
                ArrayPool<byte>.Shared.Return(buffer);
            }
            buffer = larger;
        }
        more.CopyTo(buffer.AsSpan(length));
        length = needed;
    }
}
