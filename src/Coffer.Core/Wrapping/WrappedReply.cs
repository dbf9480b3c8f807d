using System.Text;
using System.Text.Json;
using Coffer.Core.Requests;

namespace Coffer.Core.Wrapping;

/// <summary>
/// A reply as it lies in a wrapping token's cubbyhole: <c>{"response": "…"}</c>, whose text is the reply in Vault's envelope.
/// </summary>
internal static class WrappedReply
{
    public static ReadOnlyMemory<byte> Pack(string requestId, Reply reply)
    {
        var envelope = Reply.Object(w =>
        {
            w.WriteString("request_id"u8, requestId);
            w.WriteString("lease_id"u8, reply.LeaseBlock?.Id ?? "");
            w.WriteBoolean("renewable"u8, reply.LeaseBlock?.Renewable ?? false);
            w.WriteNumber("lease_duration"u8, (long)(reply.LeaseBlock?.Duration ?? reply.LeaseDuration ?? TimeSpan.Zero).TotalSeconds);
            w.WritePropertyName("data"u8);
            if (reply.Data.IsEmpty) w.WriteNullValue();
            else w.WriteRawValue(reply.Data.Span, skipInputValidation: true);
            w.WriteStartArray("warnings"u8);
            foreach (var warning in reply.Warnings) w.WriteStringValue(warning);
            w.WriteEndArray();
            w.WritePropertyName("auth"u8);
            if (reply.AuthBlock is null) w.WriteNullValue();
            else JsonSerializer.Serialize(w, reply.AuthBlock, StoredJson.Default.AuthBlock);
        });
        return Reply.Object(w => w.WriteString("response"u8, envelope.Span));
    }

    public static Reply Unpack(byte[] stored)
    {
        using var outer = JsonDocument.Parse(stored);
        using var inner = JsonDocument.Parse(outer.RootElement.GetProperty("response").GetString()!);
        var root = inner.RootElement;
        var data = root.GetProperty("data");
        var lease = root.GetProperty("lease_id").GetString()!;
        var duration = TimeSpan.FromSeconds(root.GetProperty("lease_duration").GetInt64());
        var auth = root.GetProperty("auth");
        return new Reply
        {
            Data = data.ValueKind == JsonValueKind.Null ? default : Encoding.UTF8.GetBytes(data.GetRawText()),
            LeaseBlock = lease.Length == 0 ? null : new LeaseBlock(lease, duration, root.GetProperty("renewable").GetBoolean()),
            LeaseDuration = duration,
            AuthBlock = auth.ValueKind == JsonValueKind.Null ? null : auth.Deserialize(StoredJson.Default.AuthBlock),
            Warnings = [.. root.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()!)],
        };
    }
}
