using System.Buffers;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Kv;

/// <summary>The settings of a versioned mount; a secret's own come before them.</summary>
/// <param name="MaxVersions">Zero: <see cref="DefaultMaxVersions"/>.</param>
/// <param name="DeleteVersionAfter">Zero: only where a secret says so; negative: never.</param>
internal sealed record KvConfig(long MaxVersions, bool CasRequired, TimeSpan DeleteVersionAfter)
{
    public const long DefaultMaxVersions = 10;
    private const string Entry = "config";
    private const byte Format = 1;
    private static readonly KvConfig Default = new(0, false, TimeSpan.Zero);

    public static async ValueTask<KvConfig> ReadAsync(EntryView store) =>
        await store.GetAsync(Entry) is { } bytes ? Parse(bytes) : Default;

    public void Write(EntryView store)
    {
        var buffer = new ArrayBufferWriter<byte>(32);
        var writer = new RecordWriter(buffer);
        writer.Byte(Format);
        writer.Number(MaxVersions);
        writer.Flag(CasRequired);
        writer.Number(DeleteVersionAfter.Ticks);
        store.Put(Entry, buffer.WrittenSpan);
    }

    /// <summary>How many versions of a secret are kept.</summary>
    public long Keep(SecretRecord record) =>
        record.MaxVersions > 0 ? record.MaxVersions : MaxVersions > 0 ? MaxVersions : DefaultMaxVersions;

    /// <summary>When a version made now is to be deleted: after the shorter of the two times, never if either forbids it.</summary>
    public DateTimeOffset? Deletion(SecretRecord record, DateTimeOffset now)
    {
        var (own, mount) = (record.DeleteVersionAfter, DeleteVersionAfter);
        if (own < TimeSpan.Zero || mount < TimeSpan.Zero) return null;
        var after = own == TimeSpan.Zero ? mount : mount == TimeSpan.Zero || own < mount ? own : mount;
        return after == TimeSpan.Zero ? null : after < DateTimeOffset.MaxValue - now ? now + after : DateTimeOffset.MaxValue;
    }

    private static KvConfig Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new RecordReader(bytes);
        if (reader.Byte() != Format) throw new InvalidDataException("a kv config entry is of a format that this version cannot read");
        return new KvConfig(reader.Number(), reader.Flag(), TimeSpan.FromTicks(reader.Number()));
    }
}
