using System.Diagnostics.CodeAnalysis;
using Coffer.Core.Storage;
using Npgsql;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>The tables, made and brought up to date by whichever node comes first.</summary>
internal static class Schema
{
    private const int Version = 1;
    private const long AdvisoryLock = 0x434F46464552; // "COFFER"
    private const int OldestServer = 150000;

    /// <summary>The server's clock as ticks of UTC. A scalar subquery, so that an index can be searched by it.</summary>
    public const string Clock = "(SELECT (extract(epoch FROM clock_timestamp()) * 10000000)::bigint + 621355968000000000)";

    /// <summary>
    /// Paths are bytes: their order then needs no collation, and the database any encoding. Values are ciphertext, so compressing
    /// them is wasted. <c>mark</c> is put by a group on its last commit, to be found again after a lost connection.
    /// </summary>
    private const string First = """
        CREATE TABLE coffer_head(one boolean PRIMARY KEY DEFAULT true CHECK (one), position bigint NOT NULL);
        INSERT INTO coffer_head(position) VALUES (0);
        CREATE TABLE coffer_entry(
            ns integer NOT NULL, path bytea NOT NULL, version bigint NOT NULL, class smallint, due_at bigint, value bytea NOT NULL,
            PRIMARY KEY (ns, path));
        ALTER TABLE coffer_entry ALTER COLUMN value SET STORAGE EXTERNAL;
        CREATE INDEX coffer_entry_due ON coffer_entry(class, due_at) WHERE class IS NOT NULL;
        CREATE TABLE coffer_change(position bigint PRIMARY KEY, keys bytea NOT NULL, mark bytea);
        CREATE TABLE coffer_node(name text PRIMARY KEY, applied bigint NOT NULL, lease_until timestamptz NOT NULL);
        """;

    public static async Task PrepareAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        if (await NumberAsync(connection, "SELECT current_setting('server_version_num')::bigint") < OldestServer)
            throw new StorageFailedException($"PostgreSQL 15 or later is needed; the server is {connection.ServerVersion}");
        if (await NumberAsync(connection, "SELECT (current_setting('fsync') = 'off')::int::bigint") == 1)
            throw new StorageFailedException("PostgreSQL runs with fsync = off: what it acknowledges may be lost. Set fsync = on");
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({AdvisoryLock})");
        await ExecuteAsync(connection, "CREATE TABLE IF NOT EXISTS coffer_schema(version integer NOT NULL)");
        var version = await NumberAsync(connection, "SELECT coalesce(max(version), 0)::bigint FROM coffer_schema");
        if (version > Version)
            throw new StorageFailedException($"the database was written by a later Coffer (schema {version}, known {Version})");
        if (version < 1)
            await ExecuteAsync(connection, First + $"INSERT INTO coffer_schema VALUES ({Version});");
        await ExecuteAsync(connection, "DELETE FROM coffer_node WHERE lease_until < clock_timestamp() - interval '1 hour'");
        await transaction.CommitAsync();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Only constants come here.")]
    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Only constants come here.")]
    private static async Task<long> NumberAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
