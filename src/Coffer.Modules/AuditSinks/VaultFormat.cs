using System.Buffers;
using System.Text;
using System.Text.Json;
using Coffer.Core.Audit;
using Coffer.Formats.Transparency;

namespace Coffer.Modules.AuditSinks;

/// <summary>Vault's audit format: a JSON line for a request, one for a response, with the HMAC key of the one sink.</summary>
internal sealed class VaultFormat(AuditHasher hasher)
{
    /// <summary>Whether accessors are hashed like other secrets.</summary>
    public bool HashAccessors { get; init; } = true;

    /// <summary>Whether the names in the reply to a list are replaced by their number.</summary>
    public bool ElideLists { get; init; }

    /// <summary>Stands before each line.</summary>
    public string Prefix { get; init; } = "";

    public string Hash(string value) => hasher.Hash(value);

    /// <summary>Zeroes the key.</summary>
    public void Close() => hasher.Dispose();

    /// <summary>The event's line, or two for an exchange, each ending in a newline.</summary>
    public void Write(AuditEvent audited, IBufferWriter<byte> output)
    {
        if (audited.Phase != AuditPhase.Response)
            Line(output, writer => Entry(writer, audited, response: false));
        if (audited.Phase != AuditPhase.Request)
            Line(output, writer => Entry(writer, audited, response: true));
    }

    /// <summary>A line of type <c>checkpoint</c>, which Vault's readers pass over.</summary>
    public void Write(DateTimeOffset time, Checkpoint checkpoint, string note, IBufferWriter<byte> output) => Line(output, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("time"u8, time.UtcDateTime);
        writer.WriteString("type"u8, "checkpoint"u8);
        writer.WriteString("origin"u8, checkpoint.Origin);
        writer.WriteNumber("size"u8, checkpoint.Size);
        writer.WriteString("checkpoint"u8, note);
        writer.WriteEndObject();
    });

    private void Line(IBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        if (Prefix.Length > 0)
            Encoding.UTF8.GetBytes(Prefix, output);
        using (var writer = new Utf8JsonWriter(output, AuditJson.Options))
            write(writer);
        output.Write("\n"u8);
    }

    private void Entry(Utf8JsonWriter writer, AuditEvent audited, bool response)
    {
        using var json = new AuditJson(writer, hasher);
        writer.WriteStartObject();
        writer.WriteString("time"u8, audited.Time.UtcDateTime);
        writer.WriteString("type"u8, response ? "response"u8 : "request"u8);
        writer.WritePropertyName("auth"u8);
        json.Auth(audited.Auth ?? new(), HashAccessors);
        Request(writer, json, audited);
        if (response)
            Response(writer, json, audited);
        json.Text("error"u8, audited.Error);
        writer.WriteEndObject();
    }

    private void Request(Utf8JsonWriter writer, AuditJson json, AuditEvent audited)
    {
        writer.WriteStartObject("request"u8);
        writer.WriteString("id"u8, audited.RequestId);
        writer.WriteString("operation"u8, audited.Operation);
        json.Text("mount_point"u8, audited.Mount);
        json.Text("mount_type"u8, audited.MountType);
        json.Text("mount_accessor"u8, audited.MountAccessor);
        if (audited.ClientToken is { Length: > 0 } token)
            json.Hashed("client_token"u8, token);
        if (audited.Auth is { Accessor.Length: > 0 } auth)
        {
            if (HashAccessors)
                json.Hashed("client_token_accessor"u8, auth.Accessor);
            else
                writer.WriteString("client_token_accessor"u8, auth.Accessor);
        }
        writer.WriteStartObject("namespace"u8);
        writer.WriteString("id"u8, audited.Namespace.Length == 0 ? "root" : audited.Namespace);
        writer.WriteEndObject();
        writer.WriteString("path"u8, audited.Path);
        if (!audited.RequestData.IsEmpty)
        {
            writer.WritePropertyName("data"u8);
            json.Data(audited.RequestData.Span, audited.ClearRequestKeys);
        }
        json.Text("remote_address"u8, audited.ClientAddress);
        if (audited.ClientPort > 0)
            writer.WriteNumber("remote_port"u8, audited.ClientPort);
        if (audited.WrapTtl > 0)
            writer.WriteNumber("wrap_ttl"u8, audited.WrapTtl);
        json.Headers(audited.Headers);
        writer.WriteEndObject();
    }

    private void Response(Utf8JsonWriter writer, AuditJson json, AuditEvent audited)
    {
        writer.WriteStartObject("response"u8);
        json.Text("mount_type"u8, audited.MountType);
        if (audited.ResponseAuth is { } auth)
        {
            writer.WritePropertyName("auth"u8);
            json.Auth(auth, HashAccessors);
        }
        if (audited.LeaseId.Length > 0)
        {
            writer.WriteStartObject("secret"u8);
            writer.WriteString("lease_id"u8, audited.LeaseId);
            writer.WriteEndObject();
        }
        if (!audited.ResponseData.IsEmpty)
        {
            writer.WritePropertyName("data"u8);
            json.Data(audited.ResponseData.Span, audited.ClearResponseKeys, ElideLists && audited.Operation == "list");
        }
        if (audited.ResponseWrap is { } wrap)
        {
            writer.WritePropertyName("wrap_info"u8);
            json.Wrap(wrap, HashAccessors);
        }
        writer.WriteEndObject();
    }
}
