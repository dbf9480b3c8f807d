using System.Buffers;
using System.Text.Json;
using Coffer.Core.Leases;
using Coffer.Core.Tokens;

namespace Coffer.Core.Requests;

/// <summary>How a door is to render <see cref="Reply.Data"/>.</summary>
public enum Envelope
{
    /// <summary>Vault's envelope with <c>request_id</c>, <c>data</c> and the rest.</summary>
    Full,

    /// <summary>The envelope, with the fields of <c>data</c> beside it once more (<c>sys/mounts</c>, <c>sys/policy</c>, …).</summary>
    CopiedToTop,

    /// <summary>The data alone (<c>sys/health</c>, <c>sys/init</c>, …).</summary>
    Bare,
}

/// <summary>What an operation answers. Refusals are replies, not exceptions.</summary>
public sealed class Reply
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public int Status { get; init; } = 200;

    /// <summary>A JSON object in UTF-8; empty for none.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    public Envelope Envelope { get; init; }

    /// <summary>Reasons of a refusal; with a status of 400 and more.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    public List<string> Warnings { get; init; } = [];

    /// <summary>A lease that the pipeline makes in the same commit; its id and duration go into the envelope.</summary>
    public LeaseGrant? Lease { get; init; }

    /// <summary><c>lease_duration</c> of a reply without a lease (kv v1).</summary>
    public TimeSpan? LeaseDuration { get; init; }

    /// <summary>A token that the pipeline makes in the same commit (a login).</summary>
    public TokenGrant? Auth { get; init; }

    /// <summary>A token that the operation made or renewed itself; filled by the pipeline from <see cref="Auth"/> too.</summary>
    public AuthBlock? AuthBlock { get; set; }

    /// <summary><see cref="AuthBlock"/> is of a token that was there before: if this reply can't be audited, it stays.</summary>
    public bool Renewed { get; init; }

    /// <summary>Filled by the pipeline when the reply was wrapped.</summary>
    public WrapBlock? Wrap { get; set; }

    /// <summary>Wraps this reply whatever the request said, under the path that first made it (<c>sys/wrapping/rewrap</c>).</summary>
    public Rewrap? Rewrap { get; init; }

    /// <summary>Filled by the pipeline when a lease was made, or by a lease operation: id, duration and renewability.</summary>
    public LeaseBlock? LeaseBlock { get; set; }

    /// <summary>Bytes that are not JSON (a certificate, metrics), or a stream (a snapshot). Sent as they are.</summary>
    public RawContent? Raw { get; init; }

    /// <summary>The version of the secret that was read or written, for the audit trail; null where there are no versions.</summary>
    public long? SecretVersion { get; init; }

    /// <summary>Headers for the client beyond the usual.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Done once this reply is in the audit trail and before it is sent: a seal.</summary>
    public Func<ValueTask>? Afterwards { get; init; }

    public bool IsRefusal => Status >= 400;

    /// <summary>204.</summary>
    public static Reply Empty() => new() { Status = 204 };

    /// <summary>404 with <c>{"errors":[]}</c>: there is nothing at the path.</summary>
    public static Reply NotFound() => new() { Status = 404 };

    public static Reply Refuse(int status, string error) => new() { Status = status, Errors = [error] };

    public static Reply BadRequest(string error) => Refuse(400, error);

    /// <summary>200 with what <paramref name="write"/> writes between the braces of <c>data</c>.</summary>
    public static Reply Json(Action<Utf8JsonWriter> write, Envelope envelope = Envelope.Full, int status = 200) =>
        new() { Data = Object(write), Envelope = envelope, Status = status };

    /// <summary>200 with a list of <c>keys</c>; 404 if there are none, as Vault has it.</summary>
    public static Reply Keys(IReadOnlyCollection<string> keys) => keys.Count == 0
        ? NotFound()
        : Json(w =>
        {
            w.WriteStartArray("keys"u8);
            foreach (var key in keys) w.WriteStringValue(key);
            w.WriteEndArray();
        });

    /// <summary>A JSON object in UTF-8 with what <paramref name="write"/> writes between its braces.</summary>
    public static ReadOnlyMemory<byte> Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    public override string ToString() => $"{Status}";
}

/// <summary>Content that is not JSON. A <paramref name="Write"/> streams; else <paramref name="Bytes"/> are sent.</summary>
public sealed record RawContent(string ContentType, ReadOnlyMemory<byte> Bytes, Func<Stream, CancellationToken, Task>? Write = null);

/// <summary><c>lease_id</c>, <c>lease_duration</c> and <c>renewable</c> of the envelope.</summary>
public sealed record LeaseBlock(string Id, TimeSpan Duration, bool Renewable);

public sealed record Rewrap(TimeSpan Ttl, string CreationPath);

/// <summary><c>wrap_info</c>.</summary>
public sealed record WrapBlock(
    string Token, string Accessor, TimeSpan Ttl, DateTimeOffset CreationTime, string CreationPath, string? WrappedAccessor)
{
    public override string ToString() => $"wrap_info of {CreationPath}";
}
