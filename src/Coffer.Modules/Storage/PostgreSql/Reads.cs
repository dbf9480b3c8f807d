using Coffer.Core.Storage;
using Npgsql;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>The reading statements. Each is one statement, so each sees one moment; one that meets a dead connection is run again.</summary>
internal sealed class Reads(NpgsqlDataSource source)
{
    private const string Range = "ns = $1 AND path >= $2 AND path < $3";

    /// <summary>
    /// One step of the recursion finds one name by the index: past the last path found, or past all that lies below its folder.
    /// $5 is the prefix's length.
    /// </summary>
    private const string OneLevel = $"""
        WITH RECURSIVE step(path, n) AS (
            (SELECT path, 1 FROM coffer_entry WHERE {Range} ORDER BY path LIMIT 1)
            UNION ALL
            SELECT (SELECT next.path FROM coffer_entry next
                    WHERE next.ns = $1 AND next.path < $3 AND next.path >=
                        CASE position('\x2f'::bytea IN substring(step.path FROM $5 + 1))
                            WHEN 0 THEN step.path || '\x00'::bytea
                            ELSE substring(step.path FROM 1 FOR $5 - 1 + position('\x2f'::bytea IN substring(step.path FROM $5 + 1)))
                                || '\x30'::bytea
                        END
                    ORDER BY next.path LIMIT 1), step.n + 1
            FROM step WHERE step.path IS NOT NULL AND step.n < $4)
        SELECT path FROM step WHERE path IS NOT NULL ORDER BY n
        """;

    public Task<Entry?> GetAsync(EntryKey key, CancellationToken cancel)
    {
        var path = PathBytes.Of(key.Path);
        return RunAsync(
            $"SELECT {Statements.Columns} FROM coffer_entry WHERE ns = $1 AND path = $2",
            parameters => parameters.With(key.Namespace.Value).With(path),
            async row => await row.ReadAsync(cancel) ? Statements.Row(row) : null,
            cancel);
    }

    public async Task<IReadOnlyList<Entry?>> GetManyAsync(IReadOnlyList<EntryKey> keys, CancellationToken cancel)
    {
        var spaces = keys.Select(key => key.Namespace.Value).ToArray();
        var paths = keys.Select(key => PathBytes.Of(key.Path)).ToArray();
        var found = await RunAsync(
            $"SELECT {Statements.Columns} FROM coffer_entry WHERE (ns, path) IN (SELECT * FROM unnest($1, $2))",
            parameters => parameters.WithAll(spaces).WithAll(paths),
            row => AllAsync(row, Statements.Row, cancel),
            cancel);
        var byKey = found.ToDictionary(entry => entry.Key);
        return [.. keys.Select(key => byKey.GetValueOrDefault(key))];
    }

    public async Task<IReadOnlyList<Entry>> ScanAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel)
    {
        var below = PathBytes.OfPrefix(prefix);
        var from = PathBytes.LowerBound(below, after);
        return await RunAsync(
            $"SELECT {Statements.Columns} FROM coffer_entry WHERE {Range} ORDER BY path LIMIT $4",
            parameters => parameters.With(space.Value).With(from).With(PathBytes.UpperBound(below)).With(limit),
            row => AllAsync(row, Statements.Row, cancel),
            cancel);
    }

    public async Task<IReadOnlyList<string>> ListAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel)
    {
        if (limit <= 0)
            return [];
        var below = PathBytes.OfPrefix(prefix);
        byte[] from = string.IsNullOrEmpty(after) ? [.. below, 0] : PathBytes.AfterName(below, PathBytes.OfPrefix(after));
        return await RunAsync(
            OneLevel,
            parameters => parameters.With(space.Value).With(from).With(PathBytes.UpperBound(below)).With(limit).With(below.Length),
            row => AllAsync(row, one => PathBytes.Text(PathBytes.Segment(one.GetFieldValue<byte[]>(0), below.Length)), cancel),
            cancel);
    }

    public Task<long> CountAsync(NamespaceId space, string prefix, CancellationToken cancel)
    {
        var below = PathBytes.OfPrefix(prefix);
        return RunAsync(
            $"SELECT count(*) FROM coffer_entry WHERE {Range}",
            parameters => parameters.With(space.Value).With(below).With(PathBytes.UpperBound(below)),
            row => NumberAsync(row, cancel),
            cancel);
    }

    public Task<DateTimeOffset?> NextDueAsync(DueClass due, CancellationToken cancel) => RunAsync<DateTimeOffset?>(
        "SELECT due_at FROM coffer_entry WHERE class = $1 ORDER BY due_at LIMIT 1",
        parameters => parameters.With((short)due, NpgsqlTypes.NpgsqlDbType.Smallint),
        async row => await row.ReadAsync(cancel) ? new DateTimeOffset(row.GetInt64(0), TimeSpan.Zero) : null,
        cancel);

    public async Task<DateTimeOffset> ClockAsync(CancellationToken cancel) =>
        new(await RunAsync($"SELECT {Schema.Clock}", static _ => { }, row => NumberAsync(row, cancel), cancel), TimeSpan.Zero);

    public Task<long> HeadAsync(CancellationToken cancel) =>
        RunAsync("SELECT position FROM coffer_head", static _ => { }, row => NumberAsync(row, cancel), cancel);

    public Task<ChangePage> ChangesAsync(long after, int limit, CancellationToken cancel) => RunAsync(
        """
        SELECT head.position, coalesce((SELECT min(position) FROM coffer_change), 1), change.position, change.keys
        FROM coffer_head head
        LEFT JOIN LATERAL (SELECT position, keys FROM coffer_change WHERE position > $1 ORDER BY position LIMIT $2) change ON true
        ORDER BY change.position
        """,
        parameters => parameters.With(after).With(limit),
        async row =>
        {
            var changes = new List<Change>();
            while (await row.ReadAsync(cancel))
            {
                var (head, first) = (row.GetInt64(0), row.GetInt64(1));
                if (after < first - 1 || after > head)
                    return new ChangePage([], head, Lost: true);
                AddChange(changes, row);
            }
            return new ChangePage(changes, changes.Count == 0 ? after : changes[^1].Position, Lost: false);
        },
        cancel);

    public async Task<T> RunAsync<T>(
        string sql, Action<NpgsqlParameterCollection> bind, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancel)
    {
        for (var retried = false; ; retried = true)
        {
            try
            {
                await using var command = source.CreateCommand(sql);
                bind(command.Parameters);
                await using var row = await command.ExecuteReaderAsync(cancel);
                return await read(row);
            }
            catch (Exception error) when (!retried && Faults.IsConnection(error) && !cancel.IsCancellationRequested)
            {
                source.Clear(); // after a restart of the server every pooled connection is dead, not only this one
            }
            catch (Exception error) when (Faults.IsDatabase(error))
            {
                throw Faults.Translate(error);
            }
        }
    }

    private static void AddChange(List<Change> changes, NpgsqlDataReader row)
    {
        if (!row.IsDBNull(2))
            changes.Add(new Change(row.GetInt64(2), ChangedKeys.Unpack(row.GetFieldValue<byte[]>(3))));
    }

    private static async Task<List<T>> AllAsync<T>(NpgsqlDataReader row, Func<NpgsqlDataReader, T> read, CancellationToken cancel)
    {
        var all = new List<T>();
        while (await row.ReadAsync(cancel))
            all.Add(read(row));
        return all;
    }

    private static async Task<long> NumberAsync(NpgsqlDataReader row, CancellationToken cancel)
    {
        await row.ReadAsync(cancel);
        return row.GetInt64(0);
    }
}
