using System.Data;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Coffer.Core.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>
/// Replaces everything in one transaction. What comes in is laid into a temporary table first, so that the head is locked only for the
/// exchange and readers see the old entries until it commits.
/// </summary>
internal sealed class Restore(NpgsqlDataSource source, WriteConnection resolver)
{
    public async Task<long> RunAsync(IAsyncEnumerable<Entry> entries, CancellationToken cancel)
    {
        var mark = RandomNumberGenerator.GetBytes(16);
        var position = 0L;
        var connection = await source.OpenConnectionAsync(cancel);
        try
        {
            await ExecuteAsync(connection, "BEGIN ISOLATION LEVEL READ COMMITTED; CREATE TEMPORARY TABLE restored ON COMMIT DROP AS "
                + "SELECT ns, path, class, due_at, value FROM coffer_entry WITH NO DATA", cancel);
            await CopyAsync(connection, entries, cancel);
            position = await LockAsync(connection, cancel) + 2;
            await ExchangeAsync(connection, position, mark, cancel);
            await ExecuteAsync(connection, "COMMIT", CancellationToken.None);
        }
        catch (Exception error) when (Faults.IsDatabase(error))
        {
            var certain = position == 0 || (error is PostgresException && connection.FullState == ConnectionState.Open);
            await connection.DisposeAsync();
            if (certain || !await resolver.HasCommittedAsync(position, mark, error))
                throw Faults.Translate(error);
        }
        finally
        {
            await connection.DisposeAsync(); // rolls back what is open
        }
        return position;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, IAsyncEnumerable<Entry> entries, CancellationToken cancel)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY restored(ns, path, class, due_at, value) FROM STDIN (FORMAT BINARY)", cancel);
        copy.Timeout = TimeSpan.Zero;
        await foreach (var entry in entries.WithCancellation(cancel))
        {
            await copy.StartRowAsync(cancel);
            await copy.WriteAsync(entry.Key.Namespace.Value, NpgsqlDbType.Integer, cancel);
            await copy.WriteAsync(PathBytes.Of(entry.Key.Path), NpgsqlDbType.Bytea, cancel);
            if (entry.Due is { } due)
            {
                await copy.WriteAsync((short)due.Class, NpgsqlDbType.Smallint, cancel);
                await copy.WriteAsync(due.At.UtcTicks, NpgsqlDbType.Bigint, cancel);
            }
            else
            {
                await copy.WriteNullAsync(cancel);
                await copy.WriteNullAsync(cancel);
            }
            await copy.WriteAsync(Statements.ToBytes(entry.Value), NpgsqlDbType.Bytea, cancel);
        }
        await copy.CompleteAsync(cancel);
    }

    private static async Task<long> LockAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT position FROM coffer_head FOR UPDATE", connection);
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>The new position is two past the old head, so that every reader's place in the log is before the log's first.</summary>
    private static async Task ExchangeAsync(NpgsqlConnection connection, long position, byte[] mark, CancellationToken cancel)
    {
        await using var batch = connection.CreateBatch();
        batch.Timeout = 0;
        batch.Add("DELETE FROM coffer_entry");
        batch.Add("""
            INSERT INTO coffer_entry(ns, path, version, class, due_at, value) SELECT ns, path, $1, class, due_at, value FROM restored
            """).Parameters.With(position);
        batch.Add("DELETE FROM coffer_change");
        batch.Add("INSERT INTO coffer_change(position, keys, mark) VALUES ($1, ''::bytea, $2)").Parameters.With(position).With(mark);
        batch.Add("UPDATE coffer_head SET position = $1").Parameters.With(position);
        batch.Add($"SELECT pg_notify('{WriteConnection.Channel}', $1)").Parameters.With($"{position}");
        await batch.ExecuteNonQueryAsync(cancel);
    }

    [SuppressMessage("Security", "CA2100", Justification = "Only constants come here.")]
    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
