using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Coffer.Server.Http;

/// <summary>
/// Where a reply is put together, so that its length is known before its head is sent. One for each thread, kept while it is small, and
/// zeroed after each reply.
/// </summary>
internal sealed class ResponseBuffer : IBufferWriter<byte>, IDisposable
{
    private const int Kept = 64 << 10;
    private static readonly JsonWriterOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static ResponseBuffer? idle;

    private readonly Utf8JsonWriter json;
    private byte[] bytes = new byte[4096];
    private int length;

    private ResponseBuffer() => json = new Utf8JsonWriter(this, Relaxed);

    public static ResponseBuffer Take()
    {
        var taken = idle ?? new ResponseBuffer();
        idle = null;
        return taken;
    }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    public void Raw(ReadOnlySpan<byte> text)
    {
        text.CopyTo(GetSpan(text.Length));
        length += text.Length;
    }

    /// <summary>A writer that appends one JSON value here; flush it before anything else is appended.</summary>
    public Utf8JsonWriter Json()
    {
        json.Reset(this);
        return json;
    }

    public void Advance(int count) => length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsMemory(length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsSpan(length);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(bytes.AsSpan(0, length));
        length = 0;
        if (bytes.Length <= Kept) idle = this;
        else json.Dispose();
    }

    private void Reserve(int more)
    {
        more = Math.Max(more, 256);
        if (bytes.Length - length >= more) return;
        var larger = new byte[Math.Max(bytes.Length * 2, checked(length + more))];
        Written.CopyTo(larger);
        CryptographicOperations.ZeroMemory(bytes.AsSpan(0, length));
        bytes = larger;
    }
}
