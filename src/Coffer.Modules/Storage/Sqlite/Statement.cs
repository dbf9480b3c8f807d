using Coffer.Core.Storage;
using SQLitePCL;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>A prepared statement, kept and run again. Parameters and columns count as SQLite does: from 1 and from 0.</summary>
internal sealed class Statement : IDisposable
{
    private readonly Connection connection;
    private readonly sqlite3_stmt handle;

    public Statement(Connection connection, string sql)
    {
        this.connection = connection;
        const uint persistent = 1;
        var code = raw.sqlite3_prepare_v3(connection.Handle, sql, persistent, out handle);
        if (code != raw.SQLITE_OK)
            throw connection.Error(code);
    }

    public Statement Bind(int parameter, long value)
    {
        Require(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        // A null pointer would bind NULL, and an empty value is not an absent one.
        Require(value.IsEmpty
            ? raw.sqlite3_bind_zeroblob(handle, parameter, 0)
            : raw.sqlite3_bind_blob(handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, Due? due)
    {
        if (due is not { } set)
        {
            Require(raw.sqlite3_bind_null(handle, parameter));
            Require(raw.sqlite3_bind_null(handle, parameter + 1));
            return this;
        }
        return Bind(parameter, (long)set.Class).Bind(parameter + 1, set.At.UtcTicks);
    }

    /// <summary>True at a row. At the end, and before it throws, the statement is ready for its next run.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        var error = code == raw.SQLITE_DONE ? null : connection.Error(code);
        _ = raw.sqlite3_reset(handle);
        return error is null ? false : throw error;
    }

    public void Run()
    {
        while (Step())
        {
            // nothing: some pragmas answer with a row
        }
    }

    public long Int(int column) => raw.sqlite3_column_int64(handle, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public Due? Due(int column) =>
        IsNull(column) ? null : new Due((DueClass)Int(column), new DateTimeOffset(Int(column + 1), TimeSpan.Zero));

    public void Reset() => _ = raw.sqlite3_reset(handle);

    public void Dispose() => handle.Dispose();

    private void Require(int code)
    {
        if (code != raw.SQLITE_OK)
            throw connection.Error(code);
    }
}
