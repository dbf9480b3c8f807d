using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>The tables and the settings of every connection.</summary>
internal static class Schema
{
    private const int ApplicationId = 0x43464652; // "CFFR"
    private const int Version = 1;

    /// <summary>
    /// <c>entry</c> is one tree ordered by namespace and path. The value is the last column, so that checks read a version without
    /// the pages of a long value. Times are ticks of UTC.
    /// </summary>
    public static string Entries(string table, string index) => $"""
        CREATE TABLE {table}(
            ns INTEGER NOT NULL, path BLOB NOT NULL, version INTEGER NOT NULL, class INTEGER, due_at INTEGER, value BLOB NOT NULL,
            PRIMARY KEY(ns, path)) WITHOUT ROWID;
        CREATE INDEX {index} ON {table}(class, due_at) WHERE class IS NOT NULL;
        """;

    /// <summary>Makes or checks the database over the connection that writes.</summary>
    public static void Prepare(Connection writer, bool memory)
    {
        if (!memory)
        {
            // Checkpoints are ours to make: the automatic one hides a failed flush.
            writer.Execute("""
                PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = 67108864;
                """);
        }
        Configure(writer, cacheKib: 16384);
        var version = writer.Query("PRAGMA user_version");
        var application = writer.Query("PRAGMA application_id");
        if (version == 0 && application == 0 && writer.Query("SELECT count(*) FROM sqlite_schema") == 0)
        {
            writer.Execute($"""
                BEGIN IMMEDIATE;
                {Entries("entry", "due_0")}
                CREATE TABLE change(position INTEGER PRIMARY KEY, keys BLOB NOT NULL);
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {Version};
                COMMIT;
                """);
            return;
        }
        if (application != ApplicationId)
            throw new StorageFailedException("the database file is not Coffer's");
        if (version > Version)
            throw new StorageFailedException($"the database file was written by a later Coffer (schema {version}, known {Version})");
        writer.Execute("DROP TABLE IF EXISTS restored"); // of a restore that did not come to its end
    }

    public static void Configure(Connection connection, int cacheKib) => connection.Execute($"""
        PRAGMA cache_size = -{cacheKib}; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
        """);
}
