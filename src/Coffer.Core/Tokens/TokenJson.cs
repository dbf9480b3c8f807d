using Coffer.Core.Requests;
using Coffer.Formats;

namespace Coffer.Core.Tokens;

/// <summary>A token as its lookups show it.</summary>
internal static class TokenJson
{
    public static Reply Lookup(Token token, string secret, DateTimeOffset now) => Reply.Json(w =>
    {
        w.WriteString("accessor"u8, token.Accessor);
        if (token.BoundCidrs.Count > 0)
        {
            w.WriteStartArray("bound_cidrs"u8);
            foreach (var range in token.BoundCidrs) w.WriteStringValue(Cidrs.Show(range));
            w.WriteEndArray();
        }
        w.WriteNumber("creation_time"u8, token.Created.ToUnixTimeSeconds());
        w.WriteNumber("creation_ttl"u8, (long)token.CreationTtl.TotalSeconds);
        w.WriteString("display_name"u8, token.DisplayName);
        w.WriteString("entity_id"u8, token.EntityId);
        if (token.Expires is { } end) w.WriteString("expire_time"u8, Timestamps.Format(end));
        else w.WriteNull("expire_time"u8);
        w.WriteNumber("explicit_max_ttl"u8, (long)token.ExplicitMaxTtl.TotalSeconds);
        w.WriteString("id"u8, secret);
        w.WriteString("issue_time"u8, Timestamps.Format(token.Created));
        if (token.LastRenewal is { } renewed)
        {
            w.WriteString("last_renewal"u8, Timestamps.Format(renewed));
            w.WriteNumber("last_renewal_time"u8, renewed.ToUnixTimeSeconds());
        }
        w.WritePropertyName("meta"u8);
        if (token.Metadata is null)
        {
            w.WriteNullValue();
        }
        else
        {
            w.WriteStartObject();
            foreach (var (name, value) in token.Metadata) w.WriteString(name, value);
            w.WriteEndObject();
        }
        w.WriteNumber("num_uses"u8, token.NumUses);
        w.WriteBoolean("orphan"u8, token.IsOrphan);
        w.WriteString("path"u8, token.Path);
        if (token.Period > TimeSpan.Zero) w.WriteNumber("period"u8, (long)token.Period.TotalSeconds);
        w.WriteStartArray("policies"u8);
        foreach (var policy in token.Policies) w.WriteStringValue(policy);
        w.WriteEndArray();
        w.WriteBoolean("renewable"u8, token.Renewable);
        if (token.Role.Length > 0) w.WriteString("role"u8, token.Role);
        w.WriteNumber("ttl"u8, token.Expires is { } until ? Math.Max(0, (long)(until - now).TotalSeconds) : 0);
        w.WriteString("type"u8, token.Type == TokenType.Batch ? "batch" : "service");
    });
}
