using Coffer.Core.Requests;
using Coffer.Formats;

namespace Coffer.Modules.Engines.Kv;

/// <summary>
/// The JSON of replies about one version. A secret's data is copied into it as it was stored; it is not parsed again.
/// </summary>
internal static class VersionBody
{
    private const int Room = 192;

    /// <summary><c>{"data":…,"metadata":{…}}</c>; a version that is gone has null data and status 404.</summary>
    public static Reply WithData(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, SecretRecord record, SecretVersion version, int status = 200)
    {
        var body = new byte[name.Length + data.Length + record.Custom.Length + Room];
        var at = 0;
        Append(body, ref at, "{\""u8);
        Append(body, ref at, name);
        Append(body, ref at, "\":"u8);
        Append(body, ref at, data);
        Append(body, ref at, ",\"metadata\":{"u8);
        Version(body, ref at, record, version);
        Append(body, ref at, "}}"u8);
        return new Reply { Status = status, Data = body.AsMemory(0, at), SecretVersion = version.Number };
    }

    /// <summary>The version alone, as a write answers.</summary>
    public static Reply Alone(SecretRecord record, SecretVersion version)
    {
        var body = new byte[record.Custom.Length + Room];
        var at = 0;
        Append(body, ref at, "{"u8);
        Version(body, ref at, record, version);
        Append(body, ref at, "}"u8);
        return new Reply { Data = body.AsMemory(0, at), SecretVersion = version.Number };
    }

    private static void Version(Span<byte> body, ref int at, SecretRecord record, SecretVersion version)
    {
        Append(body, ref at, "\"created_time\":\""u8);
        Append(body, ref at, version.Created);
        Append(body, ref at, "\",\"custom_metadata\":"u8);
        Append(body, ref at, record.Custom.IsEmpty ? "null"u8 : record.Custom.Span);
        Append(body, ref at, ",\"deletion_time\":\""u8);
        if (version.Deleted is { } deleted) Append(body, ref at, deleted);
        Append(body, ref at, version.Destroyed ? "\",\"destroyed\":true,\"version\":"u8 : "\",\"destroyed\":false,\"version\":"u8);
        version.Number.TryFormat(body[at..], out var written);
        at += written;
    }

    private static void Append(Span<byte> body, ref int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(body[at..]);
        at += text.Length;
    }

    private static void Append(Span<byte> body, ref int at, DateTimeOffset moment)
    {
        Timestamps.TryFormat(moment, body[at..], out var written);
        at += written;
    }
}
