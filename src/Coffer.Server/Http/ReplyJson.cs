using System.Globalization;
using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.Tokens;

namespace Coffer.Server.Http;

/// <summary>
/// Renders replies in Vault's envelope. Data comes as JSON and is copied as it stands, so numbers keep every digit.
/// </summary>
internal static class ReplyJson
{
    /// <summary>The status that is sent: a reply without content that has something to say after all is a 200.</summary>
    public static int Status(Reply reply) =>
        reply.Wrap is not null || (reply.Status == 204 && HasContent(reply)) ? 200 : reply.Status;

    public static bool HasContent(Reply reply) =>
        reply.Status != 204 || reply.Wrap is not null || reply.AuthBlock is not null || reply.LeaseBlock is not null
        || !reply.Data.IsEmpty || reply.Warnings.Count > 0;

    public static void Write(ResponseBuffer to, Reply reply, string requestId)
    {
        if (reply.Wrap is { } wrap) Wrapped(to, wrap);
        else if (reply.IsRefusal && (reply.Data.IsEmpty || reply.Errors.Count > 0)) Errors(to, reply.Errors, reply.Warnings);
        else if (reply.Envelope == Envelope.Bare) to.Raw(reply.Data.IsEmpty ? "{}"u8 : reply.Data.Span);
        else Full(to, reply, requestId);
        to.Raw("\n"u8);
    }

    public static void Errors(ResponseBuffer to, IReadOnlyList<string> errors, IReadOnlyList<string> warnings)
    {
        to.Raw("{\"errors\":"u8);
        Strings(to, errors);
        if (warnings.Count > 0)
        {
            to.Raw(",\"warnings\":"u8);
            Strings(to, warnings);
        }
        to.Raw("}"u8);
    }

    private static void Full(ResponseBuffer to, Reply reply, string requestId)
    {
        to.Raw("{"u8);
        if (reply.Envelope == Envelope.CopiedToTop && reply.Data.Length > 2)
        {
            to.Raw(reply.Data.Span[1..^1]);
            to.Raw(","u8);
        }
        to.Raw("\"request_id\":\""u8);
        Ascii(to, requestId);
        to.Raw("\",\"lease_id\":"u8);
        if (reply.LeaseBlock is { } lease)
        {
            Text(to, lease.Id);
            to.Raw(lease.Renewable ? ",\"renewable\":true"u8 : ",\"renewable\":false"u8);
            Lease(to, lease.Duration);
        }
        else
        {
            to.Raw("\"\",\"renewable\":false"u8);
            Lease(to, reply.LeaseDuration ?? TimeSpan.Zero);
        }
        to.Raw(",\"data\":"u8);
        to.Raw(reply.Data.IsEmpty ? "null"u8 : reply.Data.Span);
        to.Raw(",\"wrap_info\":null,\"warnings\":"u8);
        if (reply.Warnings.Count == 0) to.Raw("null"u8);
        else Strings(to, reply.Warnings);
        to.Raw(",\"auth\":"u8);
        if (reply.AuthBlock is { } auth) Auth(to, auth);
        else to.Raw("null"u8);
        to.Raw("}"u8);
    }

    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    private static void Wrapped(ResponseBuffer to, WrapBlock wrap)
    {
        to.Raw("{\"request_id\":\"\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"data\":null,\"wrap_info\":"u8);
        var json = to.Json();
        json.WriteStartObject();
        json.WriteString("token"u8, wrap.Token);
        json.WriteString("accessor"u8, wrap.Accessor);
        json.WriteNumber("ttl"u8, (long)wrap.Ttl.TotalSeconds);
        json.WriteString("creation_time"u8, wrap.CreationTime.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture));
        json.WriteString("creation_path"u8, wrap.CreationPath);
        if (wrap.WrappedAccessor is { } wrapped) json.WriteString("wrapped_accessor"u8, wrapped);
        json.WriteEndObject();
        json.Flush();
        to.Raw(",\"warnings\":null,\"auth\":null}"u8);
    }

    private static void Auth(ResponseBuffer to, AuthBlock auth)
    {
        var json = to.Json();
        json.WriteStartObject();
        json.WriteString("client_token"u8, auth.ClientToken);
        json.WriteString("accessor"u8, auth.Accessor);
        Strings(json, "policies"u8, auth.Policies);
        Strings(json, "token_policies"u8, auth.TokenPolicies);
        if (auth.IdentityPolicies.Count > 0) Strings(json, "identity_policies"u8, auth.IdentityPolicies);
        if (auth.Metadata is null)
        {
            json.WriteNull("metadata"u8);
        }
        else
        {
            json.WriteStartObject("metadata"u8);
            foreach (var (name, value) in auth.Metadata) json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteNumber("lease_duration"u8, (long)auth.LeaseDuration.TotalSeconds);
        json.WriteBoolean("renewable"u8, auth.Renewable);
        json.WriteString("entity_id"u8, auth.EntityId);
        json.WriteString("token_type"u8, auth.TokenType == TokenType.Batch ? "batch" : "service");
        json.WriteBoolean("orphan"u8, auth.Orphan);
        json.WriteNull("mfa_requirement"u8);
        json.WriteNumber("num_uses"u8, auth.NumUses);
        json.WriteEndObject();
        json.Flush();
    }

    private static void Lease(ResponseBuffer to, TimeSpan duration)
    {
        to.Raw(",\"lease_duration\":"u8);
        ((long)duration.TotalSeconds).TryFormat(to.GetSpan(20), out var digits, default, CultureInfo.InvariantCulture);
        to.Advance(digits);
    }

    private static void Text(ResponseBuffer to, string text)
    {
        var json = to.Json();
        json.WriteStringValue(text);
        json.Flush();
    }

    private static void Strings(ResponseBuffer to, IReadOnlyList<string> texts)
    {
        var json = to.Json();
        json.WriteStartArray();
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
        json.Flush();
    }

    private static void Strings(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Ascii(ResponseBuffer to, string text) =>
        to.Advance(System.Text.Encoding.ASCII.GetBytes(text, to.GetSpan(text.Length)));
}
