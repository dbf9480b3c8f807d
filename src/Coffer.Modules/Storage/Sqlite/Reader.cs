using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>The reading statements over one connection. Each call sees one moment.</summary>
internal sealed class Reader : IDisposable
{
    private readonly Connection connection;
    private readonly Statement begin, end, get, scan, seek, count, nextDue, bounds, changes;

    public Reader(Connection connection)
    {
        this.connection = connection;
        begin = connection.Prepare("BEGIN");
        end = connection.Prepare("COMMIT");
        get = connection.Prepare("SELECT version, class, due_at, value FROM entry WHERE ns = ?1 AND path = ?2");
        scan = connection.Prepare("""
            SELECT version, class, due_at, value, path FROM entry
            WHERE ns = ?1 AND path >= ?2 AND path < ?3 ORDER BY path LIMIT ?4
            """);
        seek = connection.Prepare("SELECT path FROM entry WHERE ns = ?1 AND path >= ?2 AND path < ?3 ORDER BY path LIMIT 1");
        count = connection.Prepare("SELECT count(*) FROM entry WHERE ns = ?1 AND path >= ?2 AND path < ?3");
        nextDue = connection.Prepare("SELECT due_at FROM entry WHERE class = ?1 ORDER BY due_at LIMIT 1");
        bounds = connection.Prepare("SELECT (SELECT min(position) FROM change), (SELECT max(position) FROM change)");
        changes = connection.Prepare("SELECT position, keys FROM change WHERE position > ?1 ORDER BY position LIMIT ?2");
    }

    public Entry? Get(EntryKey key)
    {
        get.Bind(1, key.Namespace.Value).Bind(2, PathBytes.Of(key.Path));
        if (!get.Step())
            return null;
        var entry = Row(get, key);
        get.Reset();
        return entry;
    }

    public IReadOnlyList<Entry?> GetMany(IReadOnlyList<EntryKey> keys) => Together(keys, static (reader, keys) =>
    {
        var entries = new Entry?[keys.Count];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = reader.Get(keys[i]);
        return entries;
    });

    public IReadOnlyList<Entry> Scan(NamespaceId space, string prefix, string? after, int limit)
    {
        var below = PathBytes.OfPrefix(prefix);
        scan.Bind(1, space.Value).Bind(2, PathBytes.LowerBound(below, after)).Bind(3, PathBytes.UpperBound(below)).Bind(4, limit);
        var entries = new List<Entry>();
        try
        {
            while (scan.Step())
                entries.Add(Row(scan, new EntryKey(space, PathBytes.Text(scan.Bytes(4)))));
        }
        finally
        {
            scan.Reset();
        }
        return entries;
    }

    public IReadOnlyList<string> List(NamespaceId space, string prefix, string? after, int limit) =>
        Together((space, prefix, after, limit), static (reader, ask) =>
        {
            var below = PathBytes.OfPrefix(ask.prefix);
            var from = string.IsNullOrEmpty(ask.after) ? [.. below, 0] : PathBytes.AfterName(below, PathBytes.OfPrefix(ask.after));
            var names = new List<string>();
            reader.seek.Bind(1, ask.space.Value).Bind(3, PathBytes.UpperBound(below));
            while (names.Count < ask.limit && reader.seek.Bind(2, from).Step())
            {
                var name = PathBytes.Segment(reader.seek.Bytes(0), below.Length);
                names.Add(PathBytes.Text(name));
                from = PathBytes.AfterName(below, name);
                reader.seek.Reset();
            }
            return names;
        });

    public long Count(NamespaceId space, string prefix)
    {
        var below = PathBytes.OfPrefix(prefix);
        return One(count.Bind(1, space.Value).Bind(2, below).Bind(3, PathBytes.UpperBound(below))) ?? 0;
    }

    public DateTimeOffset? NextDue(DueClass due) =>
        One(nextDue.Bind(1, (long)due)) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public ChangePage Changes(long after, int limit) => Together((after, limit), static (reader, ask) =>
    {
        reader.bounds.Step();
        var (first, head) = reader.bounds.IsNull(0) ? (1, 0) : (reader.bounds.Int(0), reader.bounds.Int(1));
        reader.bounds.Reset();
        if (ask.after < first - 1 || ask.after > head)
            return new ChangePage([], head, Lost: true);
        var page = new List<Change>();
        reader.changes.Bind(1, ask.after).Bind(2, ask.limit);
        while (reader.changes.Step())
            page.Add(new Change(reader.changes.Int(0), ChangedKeys.Unpack(reader.changes.Bytes(1))));
        return new ChangePage(page, page.Count == 0 ? ask.after : page[^1].Position, Lost: false);
    });

    public static Entry Row(Statement row, EntryKey key) => new(key, row.Bytes(3).ToArray(), row.Int(0), row.Due(1));

    public void Dispose() => connection.Dispose();

    private static long? One(Statement statement)
    {
        if (!statement.Step())
            return null;
        var value = statement.Int(0);
        statement.Reset();
        return value;
    }

    private TResult Together<TAsk, TResult>(TAsk ask, Func<Reader, TAsk, TResult> read)
    {
        begin.Run();
        try
        {
            return read(this, ask);
        }
        finally
        {
            if (connection.InTransaction)
            {
                seek.Reset();
                changes.Reset();
                end.Run();
            }
        }
    }
}
