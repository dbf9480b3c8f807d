using System.Buffers;

namespace Coffer.Modules.Engines.Kv;

/// <summary>One version of a secret: when it was made, and when it was or will be deleted.</summary>
internal readonly record struct SecretVersion(long Number, DateTimeOffset Created, DateTimeOffset? Deleted, bool Destroyed)
{
    /// <summary>Whether the version's data is withheld at <paramref name="now"/>. A destroyed version has none.</summary>
    public bool IsGone(DateTimeOffset now) => Destroyed || Deleted <= now;
}

/// <summary>All that is known of a secret but its data: one entry a path, with the table of its versions.</summary>
internal sealed class SecretRecord
{
    private const byte Format = 1;
    private readonly List<SecretVersion> versions = [];

    /// <summary>Zero: nothing was written yet.</summary>
    public long Current { get; private set; }

    /// <summary>The oldest that is kept; zero as long as none was pruned.</summary>
    public long Oldest { get; private set; }

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset Updated { get; private set; }

    /// <summary>Zero: the mount's.</summary>
    public long MaxVersions { get; set; }

    public bool CasRequired { get; set; }

    /// <summary>Zero: the mount's; negative: never.</summary>
    public TimeSpan DeleteVersionAfter { get; set; }

    /// <summary>A JSON object of strings in UTF-8; empty for none.</summary>
    public ReadOnlyMemory<byte> Custom { get; set; }

    public string Owner { get; set; } = "";

    public string Purpose { get; set; } = "";

    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Set when <see cref="ExpiresAt"/> has passed and was noticed.</summary>
    public bool ExpiryNoticed { get; set; }

    /// <summary>In order.</summary>
    public IReadOnlyList<SecretVersion> Versions => versions;

    public static SecretRecord Make(DateTimeOffset now) => new() { Created = now, Updated = now };

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    /// <summary>The row of a version; null if it is not kept.</summary>
    public SecretVersion? Row(long number) => At(number) is var at and >= 0 ? versions[at] : null;

    /// <summary>Replaces the row of a version that is kept.</summary>
    public void Set(SecretVersion row) => versions[At(row.Number)] = row;

    /// <summary>Adds the next version and drops what is beyond the number to keep; the numbers dropped are returned.</summary>
    public IReadOnlyList<long> Add(DateTimeOffset now, DateTimeOffset? deleted, long keep)
    {
        versions.Add(new SecretVersion(++Current, now, deleted, false));
        Updated = now;
        var surplus = (int)Math.Max(0, versions.Count - keep);
        long[] dropped = [.. versions.Take(surplus).Select(v => v.Number)];
        versions.RemoveRange(0, surplus);
        if (surplus > 0) Oldest = versions[0].Number;
        return dropped;
    }

    /// <summary>Versions are without gaps from the oldest to the current one.</summary>
    private int At(long number) =>
        versions.Count > 0 && number >= versions[0].Number && number <= Current ? (int)(number - versions[0].Number) : -1;

    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>(128 + (versions.Count * 17) + Custom.Length);
        var writer = new RecordWriter(buffer);
        writer.Byte(Format);
        writer.Number(Current);
        writer.Number(Oldest);
        writer.Moment(Created);
        writer.Moment(Updated);
        writer.Number(MaxVersions);
        writer.Flag(CasRequired);
        writer.Number(DeleteVersionAfter.Ticks);
        writer.Bytes(Custom.Span);
        writer.Number(versions.Count);
        foreach (var row in versions)
        {
            writer.Moment(row.Created);
            writer.Moment(row.Deleted);
            writer.Flag(row.Destroyed);
        }
        writer.Text(Owner);
        writer.Text(Purpose);
        writer.Moment(ExpiresAt);
        writer.Flag(ExpiryNoticed);
        return buffer.WrittenSpan.ToArray();
    }

    public static SecretRecord Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new RecordReader(bytes);
        if (reader.Byte() != Format) throw new InvalidDataException("a kv metadata entry is of a format that this version cannot read");
        var (current, oldest) = (reader.Number(), reader.Number());
        var record = new SecretRecord
        {
            Current = current,
            Oldest = oldest,
            Created = reader.Moment() ?? default,
            Updated = reader.Moment() ?? default,
            MaxVersions = reader.Number(),
            CasRequired = reader.Flag(),
            DeleteVersionAfter = TimeSpan.FromTicks(reader.Number()),
            Custom = reader.Bytes().ToArray(),
        };
        var count = (int)reader.Number();
        for (var number = current - count + 1; number <= current; number++)
            record.versions.Add(new SecretVersion(number, reader.Moment() ?? default, reader.Moment(), reader.Flag()));
        record.Owner = reader.Text();
        record.Purpose = reader.Text();
        record.ExpiresAt = reader.Moment();
        record.ExpiryNoticed = reader.Flag();
        return record;
    }
}
