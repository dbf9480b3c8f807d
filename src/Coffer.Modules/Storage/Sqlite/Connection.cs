using Coffer.Core.Storage;
using SQLitePCL;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>
/// One connection, used by one thread at a time. Talks to SQLite directly: the provider's command objects cost more than the
/// statements they run, and the extended result codes decide between "try again" and "never again".
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 handle;
    private readonly string name;
    private readonly List<Statement> statements = [];

    static Connection() => Batteries_V2.Init();

    /// <summary>Opens <paramref name="path"/>, or a private database in memory where it is null.</summary>
    public Connection(string? path, bool readOnly)
    {
        name = path is null ? "the database in memory" : $"the database file {path}";
        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var code = raw.sqlite3_open_v2(path ?? ":memory:", out handle!, flags, null);
        if (code != raw.SQLITE_OK)
        {
            var error = Error(code);
            handle?.Dispose();
            throw error;
        }
        _ = raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, 5000);
    }

    public sqlite3 Handle => handle;

    /// <summary>A statement that lives as long as the connection.</summary>
    public Statement Prepare(string sql)
    {
        var statement = new Statement(this, sql);
        statements.Add(statement);
        return statement;
    }

    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(handle, sql);
        if (code != raw.SQLITE_OK)
            throw Error(code);
    }

    public long Query(string sql)
    {
        using var statement = new Statement(this, sql);
        return statement.Step() ? statement.Int(0) : 0;
    }

    public bool InTransaction => raw.sqlite3_get_autocommit(handle) == 0;

    /// <summary>Pages this connection has written to the log since it was opened.</summary>
    public long PagesWritten()
    {
        _ = raw.sqlite3_db_status(handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 0);
        return pages;
    }

    /// <summary>Copies the log into the database file as far as readers permit, without waiting for them.</summary>
    public void Checkpoint()
    {
        var code = raw.sqlite3_wal_checkpoint_v2(handle, null, raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        if (code != raw.SQLITE_OK && (code & 0xFF) != raw.SQLITE_BUSY)
            throw Error(code);
    }

    /// <summary>Copies the whole database, page by page, into an empty one.</summary>
    public void CopyTo(Connection empty)
    {
        using var backup = raw.sqlite3_backup_init(empty.handle, "main", handle, "main");
        var code = raw.sqlite3_backup_step(backup, -1);
        if (code != raw.SQLITE_DONE)
            throw empty.Error(code);
    }

    /// <summary>After a failed flush nothing may be copied from a log whose bytes on disk are unknown.</summary>
    public void CloseWithoutCheckpoint() => raw.sqlite3_db_config(handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);

    public Exception Error(int code)
    {
        var text = $"{name}: {raw.sqlite3_errmsg(handle).utf8_to_string()} ({raw.sqlite3_errstr(code).utf8_to_string()}, code {code})";
        return (code & 0xFF) switch
        {
            raw.SQLITE_FULL => new StorageUnavailableException($"the disk is full: {text}"),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new StorageFailedException($"damaged: {text}"),
            raw.SQLITE_IOERR when code is raw.SQLITE_IOERR_FSYNC or raw.SQLITE_IOERR_DIR_FSYNC =>
                new StorageFailedException($"a flush failed: {text}"),
            raw.SQLITE_ERROR or raw.SQLITE_MISUSE or raw.SQLITE_CONSTRAINT or raw.SQLITE_RANGE or raw.SQLITE_MISMATCH =>
                new InvalidOperationException(text),
            _ => new StorageUnavailableException(text),
        };
    }

    public void Dispose()
    {
        foreach (var statement in statements)
            statement.Dispose();
        handle.Dispose();
    }
}
