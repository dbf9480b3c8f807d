using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>The writing connection: its statements and the position inside the open transaction.</summary>
internal sealed class WriteSession
{
    private const int PruneSlice = 1000;

    private readonly Connection connection;
    private readonly int keep;
    private readonly Statement begin, commit, rollback, version, put, delete, change, prune, ready, postpone;
    private Statement? stage;
    private long first, committedFirst, committed;

    public WriteSession(Connection connection, int keep)
    {
        this.connection = connection;
        this.keep = keep;
        begin = connection.Prepare("BEGIN IMMEDIATE");
        commit = connection.Prepare("COMMIT");
        rollback = connection.Prepare("ROLLBACK");
        version = connection.Prepare("SELECT version FROM entry WHERE ns = ?1 AND path = ?2");
        put = connection.Prepare("""
            INSERT INTO entry(ns, path, version, class, due_at, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT(ns, path) DO UPDATE SET version = ?3, class = ?4, due_at = ?5, value = ?6
            """);
        delete = connection.Prepare("DELETE FROM entry WHERE ns = ?1 AND path = ?2");
        change = connection.Prepare("INSERT INTO change(position, keys) VALUES(?1, ?2)");
        prune = connection.Prepare("DELETE FROM change WHERE position < ?1");
        ready = connection.Prepare("""
            SELECT version, class, due_at, value, ns, path FROM entry WHERE class = ?1 AND due_at <= ?2 ORDER BY due_at LIMIT ?3
            """);
        postpone = connection.Prepare("UPDATE entry SET version = ?3, class = ?4, due_at = ?5 WHERE ns = ?1 AND path = ?2");
        committed = Position = connection.Query("SELECT max(position) FROM change");
        committedFirst = first = Math.Max(1, connection.Query("SELECT min(position) FROM change"));
    }

    /// <summary>The head as the open transaction sees it.</summary>
    public long Position { get; private set; }

    public void Begin() => begin.Run();

    public void Commit()
    {
        if (Position - first >= keep + PruneSlice)
        {
            first += PruneSlice;
            prune.Bind(1, first).Run();
        }
        commit.Run();
        committed = Position;
        committedFirst = first;
    }

    public void Rollback()
    {
        Position = committed;
        first = committedFirst;
        if (connection.InTransaction)
            rollback.Run();
    }

    /// <summary>Takes the next position and logs what it changes.</summary>
    public long Next(byte[] changed)
    {
        change.Bind(1, Position + 1).Bind(2, changed).Run();
        return ++Position;
    }

    public long VersionOf(int space, byte[] path)
    {
        if (!version.Bind(1, space).Bind(2, path).Step())
            return Check.Absent;
        var found = version.Int(0);
        version.Reset();
        return found;
    }

    public void Put(int space, byte[] path, ReadOnlySpan<byte> value, long position, Due? due) =>
        put.Bind(1, space).Bind(2, path).Bind(3, position).Bind(4, due).Bind(6, value).Run();

    public void Delete(int space, byte[] path) => delete.Bind(1, space).Bind(2, path).Run();

    public List<(Entry Entry, byte[] Path)> Ready(DueClass due, DateTimeOffset now, int limit)
    {
        var entries = new List<(Entry, byte[])>();
        ready.Bind(1, (long)due).Bind(2, now.UtcTicks).Bind(3, limit);
        while (ready.Step())
        {
            var path = ready.Bytes(5).ToArray();
            entries.Add((Reader.Row(ready, new EntryKey(new NamespaceId((int)ready.Int(4)), PathBytes.Text(path))), path));
        }
        return entries;
    }

    public void Postpone(int space, byte[] path, long position, Due next) =>
        postpone.Bind(1, space).Bind(2, path).Bind(3, position).Bind(4, (Due?)next).Run();

    public void BeginRestore()
    {
        AbandonRestore();
        connection.Execute(Schema.Entries("restored", $"due_{Position + 2}"));
    }

    public void Stage(int space, byte[] path, ReadOnlySpan<byte> value, Due? due)
    {
        stage ??= connection.Prepare("INSERT INTO restored(ns, path, version, class, due_at, value) VALUES(?1, ?2, 0, ?3, ?4, ?5)");
        stage.Bind(1, space).Bind(2, path).Bind(3, due).Bind(5, value).Run();
    }

    /// <summary>The new position is two past the old head, so that every reader's place in the log is before the log's first.</summary>
    public long EndRestore()
    {
        var position = Position + 2;
        connection.Execute($"""
            UPDATE restored SET version = {position};
            DROP TABLE entry;
            ALTER TABLE restored RENAME TO entry;
            DELETE FROM change;
            """);
        change.Bind(1, position).Bind(2, default(ReadOnlySpan<byte>)).Run();
        first = position;
        return Position = position;
    }

    public void AbandonRestore() => connection.Execute("DROP TABLE IF EXISTS restored");
}
