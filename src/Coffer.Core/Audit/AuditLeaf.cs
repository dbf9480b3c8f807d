using System.Buffers;
using System.Text.Json;

namespace Coffer.Core.Audit;

/// <summary>
/// An event as an entry of the log: one JSON object whose members always stand in the same order, so that an event has one
/// spelling. The log puts the number, <c>seq</c>, before them.
/// </summary>
public static class AuditLeaf
{
    private static readonly string[] PhaseNames = ["request", "response", "exchange"];

    private enum Form
    {
        Full,
        DataAsDigests,
        Bare,
    }

    /// <summary>
    /// Writes an entry of at most <see cref="AuditLog.MaxEntryBytes"/> over what the buffer held. Data that would not fit are
    /// recorded as HMAC and length, and if even the rest does not fit, so are names and path.
    /// </summary>
    public static void Write(AuditEvent audited, AuditHasher hasher, ArrayBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, AuditJson.Options);
        Write(audited, hasher, output, writer);
    }

    internal static void Write(AuditEvent audited, AuditHasher hasher, ArrayBufferWriter<byte> output, Utf8JsonWriter writer)
    {
        for (var form = Form.Full; ; form++)
        {
            output.ResetWrittenCount();
            writer.Reset(output);
            try
            {
                using var json = new AuditJson(writer, hasher, AuditLog.MaxEntryBytes);
                Write(audited, writer, json, form);
                writer.Flush();
                if (output.WrittenCount <= AuditLog.MaxEntryBytes || form == Form.Bare)
                    return;
            }
            catch (AuditTooLargeException) when (form == Form.Full)
            {
            }
        }
    }

    private static void Write(AuditEvent audited, Utf8JsonWriter writer, AuditJson json, Form form)
    {
        var bare = form == Form.Bare;
        writer.WriteStartObject();
        writer.WriteString("time"u8, audited.Time.UtcDateTime);
        Name(json, "node"u8, audited.Node, bare);
        Name(json, "request_id"u8, audited.RequestId, bare);
        writer.WriteString("phase"u8, PhaseNames[(int)audited.Phase]);
        Actor(audited, writer, json, bare);
        Name(json, "namespace"u8, audited.Namespace, bare);
        Name(json, "mount"u8, audited.Mount, bare);
        Name(json, "mount_type"u8, audited.MountType, bare);
        Name(json, "path"u8, audited.Path, bare);
        Name(json, "operation"u8, audited.Operation, bare);
        json.Text("decision"u8, audited.Decision);
        Name(json, "policy"u8, audited.Policy, bare);
        Name(json, "rule"u8, audited.Rule, bare);
        Name(json, "reason"u8, audited.Reason, bare);
        Name(json, "client"u8, audited.ClientAddress, bare);
        if (audited.ClientPort > 0)
            writer.WriteNumber("client_port"u8, audited.ClientPort);
        if (audited.WrapTtl > 0)
            writer.WriteNumber("wrap_ttl"u8, audited.WrapTtl);
        json.Headers(audited.Headers, hashAll: bare);
        if (audited.SecretVersion > 0)
            writer.WriteNumber("version"u8, audited.SecretVersion);
        if (audited.Phase != AuditPhase.Response)
            Data(writer, json, "request"u8, audited.RequestData, audited.ClearRequestKeys, form);
        if (audited.Upload is { } upload)
        {
            writer.WriteStartObject("upload"u8);
            writer.WriteNumber("bytes"u8, upload.Bytes);
            writer.WriteString("sha256"u8, upload.Sha256);
            writer.WriteEndObject();
        }
        if (audited.Phase != AuditPhase.Request)
            Response(audited, writer, json, form);
        if (bare)
            writer.WriteBoolean("shortened"u8, true);
        writer.WriteEndObject();
    }

    private static void Actor(AuditEvent audited, Utf8JsonWriter writer, AuditJson json, bool bare)
    {
        if (audited.Auth is { } auth && !bare)
        {
            writer.WritePropertyName("actor"u8);
            json.Auth(auth);
        }
        else if (audited.Auth is { } named)
        {
            writer.WriteStartObject("actor"u8);
            json.Hashed("accessor"u8, named.Accessor);
            Name(json, "entity_id"u8, named.EntityId, bare);
            writer.WriteEndObject();
        }
        if (audited.ClientToken is { Length: > 0 } token)
            json.Hashed("token"u8, token);
    }

    private static void Response(AuditEvent audited, Utf8JsonWriter writer, AuditJson json, Form form)
    {
        if (audited.ResponseAuth is { } auth)
        {
            writer.WritePropertyName("auth"u8);
            json.Auth(form == Form.Bare ? new() { ClientToken = auth.ClientToken, Accessor = auth.Accessor } : auth);
        }
        if (audited.ResponseWrap is { } wrap)
        {
            writer.WritePropertyName("wrap"u8);
            json.Wrap(wrap);
        }
        Name(json, "lease_id"u8, audited.LeaseId, form == Form.Bare);
        Data(writer, json, "response"u8, audited.ResponseData, audited.ClearResponseKeys, form);
        if (audited.Status > 0)
            writer.WriteNumber("status"u8, audited.Status);
        Name(json, "error"u8, audited.Error, form == Form.Bare);
    }

    private static void Data(
        Utf8JsonWriter writer, AuditJson json, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> data, IReadOnlyList<string> clearKeys, Form form)
    {
        if (data.IsEmpty)
            return;
        writer.WritePropertyName(name);
        if (form == Form.Full)
        {
            json.Data(data.Span, clearKeys);
            return;
        }
        writer.WriteStartObject();
        writer.WritePropertyName("digest"u8);
        json.HashedValue(data.Span);
        writer.WriteNumber("bytes"u8, data.Length);
        writer.WriteEndObject();
    }

    /// <summary>A plain string; in the shortest form one that is long is hashed, so that the entry fits whatever it is.</summary>
    private static void Name(AuditJson json, ReadOnlySpan<byte> name, string value, bool bare)
    {
        if (bare && value.Length > 256)
            json.Hashed(name, value);
        else
            json.Text(name, value);
    }
}
