using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coffer.Core.Audit;

/// <summary>Writes parts of events as JSON with every secret string hashed, straight from the raw bytes.</summary>
public ref struct AuditJson : IDisposable
{
    /// <summary>Compact, with no more escapes than JSON needs: logs are read by people.</summary>
    public static JsonWriterOptions Options { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = 128,
    };

    private readonly Utf8JsonWriter writer;
    private readonly AuditHasher.Rented hash;
    private readonly long limit;

    /// <param name="writer">Where to.</param>
    /// <param name="hasher">Hashes secrets.</param>
    /// <param name="limit">Bytes after which writing data gives up with <see cref="AuditTooLargeException"/>.</param>
    public AuditJson(Utf8JsonWriter writer, AuditHasher hasher, long limit = long.MaxValue)
    {
        this.writer = writer;
        this.limit = limit;
        hash = hasher.Rent();
    }

    public readonly void Dispose() => hash.Dispose();

    /// <summary>A member with a secret string.</summary>
    public readonly void Hashed(ReadOnlySpan<byte> name, string value)
    {
        writer.WritePropertyName(name);
        HashedValue(value);
    }

    public readonly void HashedValue(string value)
    {
        var length = Encoding.UTF8.GetMaxByteCount(value.Length);
        var rented = length <= 512 ? null : ArrayPool<byte>.Shared.Rent(length);
        var utf8 = rented ?? stackalloc byte[512];
        HashedValue(utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
    }

    /// <summary>A JSON object's bytes with its strings hashed, but for those directly under one of the clear keys.</summary>
    /// <param name="json">The object; anything else becomes <c>{"http_raw_body": HMAC}</c>.</param>
    /// <param name="clearKeys">Keys whose strings stay as they are.</param>
    /// <param name="elideLists">Whether <c>keys</c> and <c>key_info</c> are replaced by their counts.</param>
    public readonly void Data(ReadOnlySpan<byte> json, IReadOnlyList<string> clearKeys, bool elideLists = false)
    {
        if (!IsObject(json))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("http_raw_body"u8);
            HashedValue(json);
            writer.WriteEndObject();
            return;
        }
        var reader = new Utf8JsonReader(json);
        var clear = false;
        Span<bool> clearOfLevel = stackalloc bool[128];
        var clearNames = clearKeys.Count > 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    clearOfLevel[reader.CurrentDepth] = clear;
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    clear = clearOfLevel[reader.CurrentDepth];
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    clear = clearNames && Contains(clearKeys, ref reader);
                    Name(ref reader);
                    if (elideLists && reader.CurrentDepth == 1 && (reader.ValueTextEquals("keys"u8) || reader.ValueTextEquals("key_info"u8)))
                        Elide(ref reader);
                    break;
                case JsonTokenType.String:
                    String(ref reader, clear);
                    break;
                default:
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }
            if (writer.BytesCommitted + writer.BytesPending > limit)
                throw new AuditTooLargeException();
        }
    }

    /// <summary>The members of a login or token.</summary>
    public readonly void Auth(AuditAuth auth, bool hashAccessor = true)
    {
        writer.WriteStartObject();
        if (auth.ClientToken is { Length: > 0 } token)
            Hashed("client_token"u8, token);
        if (auth.Accessor.Length > 0)
        {
            if (hashAccessor)
                Hashed("accessor"u8, auth.Accessor);
            else
                writer.WriteString("accessor"u8, auth.Accessor);
        }
        Text("display_name"u8, auth.DisplayName);
        Texts("policies"u8, auth.Policies);
        Texts("token_policies"u8, auth.TokenPolicies);
        Texts("identity_policies"u8, auth.IdentityPolicies);
        if (auth.Metadata.Count > 0)
        {
            writer.WriteStartObject("metadata"u8);
            foreach (var (key, value) in auth.Metadata)
                writer.WriteString(key, value);
            writer.WriteEndObject();
        }
        Text("entity_id"u8, auth.EntityId);
        Text("token_type"u8, auth.TokenType);
        if (auth.Ttl > 0)
            writer.WriteNumber("token_ttl"u8, auth.Ttl);
        if (auth.RemainingUses > 0)
            writer.WriteNumber("remaining_uses"u8, auth.RemainingUses);
        writer.WriteEndObject();
    }

    public readonly void Wrap(AuditWrap wrap, bool hashAccessor = true)
    {
        writer.WriteStartObject();
        writer.WriteNumber("ttl"u8, wrap.Ttl);
        Hashed("token"u8, wrap.Token);
        Accessor("accessor"u8, wrap.Accessor, hashAccessor);
        writer.WriteString("creation_time"u8, wrap.CreationTime);
        Text("creation_path"u8, wrap.CreationPath);
        Accessor("wrapped_accessor"u8, wrap.WrappedAccessor, hashAccessor);
        writer.WriteEndObject();
    }

    /// <param name="headers">The headers.</param>
    /// <param name="hashAll">Whether all values become HMACs, to be short: names are never left out.</param>
    public readonly void Headers(IReadOnlyList<AuditHeader> headers, bool hashAll = false)
    {
        if (headers.Count == 0)
            return;
        writer.WriteStartObject("headers"u8);
        foreach (var header in headers)
        {
            writer.WriteStartArray(header.Name);
            foreach (var value in header.Values)
            {
                if (header.Hmac || hashAll)
                    HashedValue(value);
                else
                    writer.WriteStringValue(value);
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    /// <summary>A member with a plain string, left out if empty.</summary>
    public readonly void Text(ReadOnlySpan<byte> name, string value)
    {
        if (value.Length > 0)
            writer.WriteString(name, value);
    }

    public readonly void Texts(ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        writer.WriteStartArray(name);
        for (var i = 0; i < values.Count; i++)
            writer.WriteStringValue(values[i]);
        writer.WriteEndArray();
    }

    private readonly void Accessor(ReadOnlySpan<byte> name, string value, bool hashed)
    {
        if (value.Length == 0)
            return;
        if (hashed)
            Hashed(name, value);
        else
            writer.WriteString(name, value);
    }

    public readonly void HashedValue(ReadOnlySpan<byte> value)
    {
        Span<byte> text = stackalloc byte[AuditHasher.TextLength + 2];
        text[0] = text[^1] = (byte)'"';
        hash.Write(value, text[1..]);
        writer.WriteRawValue(text, skipInputValidation: true);
    }

    private readonly void String(ref Utf8JsonReader reader, bool clear)
    {
        if (!reader.ValueIsEscaped && !clear)
        {
            HashedValue(reader.ValueSpan);
            return;
        }
        var rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        var value = rented.AsSpan(0, reader.CopyString(rented));
        if (clear)
            writer.WriteStringValue(value);
        else
            HashedValue(value);
        ArrayPool<byte>.Shared.Return(rented, clearArray: true);
    }

    private readonly void Name(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            writer.WritePropertyName(reader.ValueSpan);
            return;
        }
        var rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        writer.WritePropertyName(rented.AsSpan(0, reader.CopyString(rented)));
        ArrayPool<byte>.Shared.Return(rented, clearArray: true);
    }

    private readonly void Elide(ref Utf8JsonReader reader)
    {
        reader.Read();
        var (depth, count) = (reader.CurrentDepth, 0);
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                if (reader.CurrentDepth == depth + 1
                    && reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject))
                    count++;
            }
        }
        writer.WriteNumberValue(count);
    }

    private static bool Contains(IReadOnlyList<string> names, ref Utf8JsonReader reader)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (reader.ValueTextEquals(names[i]))
                return true;
        }
        return false;
    }

    /// <summary>Whether all of it is one valid JSON object, unescaped text included: nothing may be found out half-way.</summary>
    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json))
            return false;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read())
            {
                if (reader.ValueIsEscaped && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                    && reader.ValueSpan.Contains((byte)'\\'))
                    _ = reader.GetString(); // throws on half a surrogate pair
            }
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>Data that would not fit into an entry; the writer records their digest instead.</summary>
public sealed class AuditTooLargeException() : Exception("The data don't fit into an audit entry.");
