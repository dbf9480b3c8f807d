using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>
/// All entries of one moment over a connection of its own. Writers go on; their log can't be cut before the snapshot ends, so it
/// grows by what they write meanwhile.
/// </summary>
internal sealed class Snapshot : IDisposable
{
    private readonly Connection connection;
    private readonly Statement all;

    /// <param name="connection">Owned from here on. The moment is now.</param>
    public Snapshot(Connection connection)
    {
        this.connection = connection;
        all = connection.Prepare("SELECT version, class, due_at, value, ns, path FROM entry ORDER BY ns, path");
        connection.Execute("BEGIN");
        connection.Query("SELECT count(*) FROM (SELECT 1 FROM entry LIMIT 1)");
    }

    public Entry? Next() => all.Step()
        ? Reader.Row(all, new EntryKey(new NamespaceId((int)all.Int(4)), PathBytes.Text(all.Bytes(5))))
        : null;

    public void Dispose()
    {
        all.Reset();
        connection.Dispose();
    }
}
