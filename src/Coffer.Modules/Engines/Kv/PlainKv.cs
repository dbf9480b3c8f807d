using System.Buffers.Binary;
using System.Text.Json;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Formats;

namespace Coffer.Modules.Engines.Kv;

/// <summary>
/// Version 1: the body of a write is kept byte for byte and given back so. An entry is eight bytes of TTL (ticks, zero for the mount's
/// default) and the body, so that a read need not look into it.
/// </summary>
internal sealed class PlainKv : IEngine
{
    private const string Room = "k/";
    private const int Header = sizeof(long);

    public IReadOnlyList<PathDescription> Paths { get; } =
    [
        new PathDescription("{path*}")
        {
            Summary = "A secret: any JSON object",
            Description = "A key named ttl sets the lease_duration that readers are told; nothing expires by it.",
            Fields = KeyListing.Fields,
            Read = ReadAsync,
            List = call => KeyListing.ListAsync(call, Room, "", call.Fields.Path("path")),
            Write = WriteAsync,
            Delete = DeleteAsync,
            Exists = async call => await call.Store.GetAsync(Room + call.Fields.Path("path")) is not null,
        },
    ];

    private static async ValueTask<Reply> ReadAsync(Call call)
    {
        if (await call.Store.GetAsync(Room + call.Fields.Path("path")) is not { } value) return Reply.NotFound();
        var ttl = TimeSpan.FromTicks(BinaryPrimitives.ReadInt64LittleEndian(value));
        var (usual, most) = (call.Ttls.DefaultOf(call.Mount), call.Ttls.MaxOf(call.Mount));
        return new Reply { Data = value.AsMemory(Header), LeaseDuration = ttl <= TimeSpan.Zero ? usual : ttl < most ? ttl : most };
    }

    private static ValueTask<Reply> WriteAsync(Call call)
    {
        var path = call.Fields.Path("path");
        if (KvPath.Refusal(path) is { } refusal) return ValueTask.FromResult(Reply.BadRequest(refusal));
        if (call.Fields.Body is not { ValueKind: JsonValueKind.Object } body || !body.EnumerateObject().Any())
            return ValueTask.FromResult(Reply.BadRequest("missing data fields"));
        var value = new byte[Header + call.Request.Body.Length];
        BinaryPrimitives.WriteInt64LittleEndian(value, Ttl(body).Ticks);
        call.Request.Body.CopyTo(value.AsMemory(Header));
        call.Store.Put(Room + path, value);
        return ValueTask.FromResult(Reply.Empty());
    }

    private static ValueTask<Reply> DeleteAsync(Call call)
    {
        call.Store.Delete(Room + call.Fields.Path("path"));
        return ValueTask.FromResult(Reply.Empty());
    }

    /// <summary>What the keys <c>ttl</c> or <c>lease</c> say; zero where they say nothing that can be understood.</summary>
    private static TimeSpan Ttl(JsonElement body)
    {
        if (!body.TryGetProperty("ttl"u8, out var ttl) && !body.TryGetProperty("lease"u8, out ttl)) return TimeSpan.Zero;
        var text = ttl.ValueKind switch
        {
            JsonValueKind.String => ttl.GetString()!,
            JsonValueKind.Number => ttl.GetRawText(),
            _ => "",
        };
        return Durations.TryParse(text, out var duration) && duration > TimeSpan.Zero ? duration : TimeSpan.Zero;
    }
}
