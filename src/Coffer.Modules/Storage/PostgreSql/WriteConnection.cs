using System.Data;
using System.Security.Cryptography;
using Coffer.Core.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>
/// Runs one group in one transaction and two round trips. The row of <c>coffer_head</c> is locked first, so all writers of all nodes
/// stand in one line: positions have no gaps and come in the order of commits, and what is checked can't change before the commit.
/// </summary>
internal sealed class WriteConnection(NpgsqlDataSource source, int keep) : IAsyncDisposable
{
    public const string Channel = "coffer_change";

    private const int PruneSlice = 1000;
    private static readonly TimeSpan ResolveLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ResolvePause = TimeSpan.FromMilliseconds(200);

    private NpgsqlConnection? connection;

    /// <summary>Commits the group and returns the head; each member has its answer. Throws where nothing, or nothing known, was written.</summary>
    public async Task<long> RunAsync(IReadOnlyList<PendingClaim> claims, IReadOnlyList<PendingCommit> commits)
    {
        var group = await DecideAsync(claims, commits);
        var mark = RandomNumberGenerator.GetBytes(16);
        try
        {
            await WriteAsync(group, mark);
            return group.Head;
        }
        catch (Exception error)
        {
            var certain = error is PostgresException && connection?.FullState == ConnectionState.Open;
            await CloseAsync();
            if (certain || group.Changes.Count == 0 || !await HasCommittedAsync(group.Head, mark, error))
                throw Faults.Translate(error);
            return group.Head;
        }
    }

    /// <summary>
    /// Whether the commit marked so took place. The answer waits for the head's lock: the server may still be at work on a commit
    /// whose connection was lost.
    /// </summary>
    public async Task<bool> HasCommittedAsync(long position, byte[] mark, Exception cause)
    {
        using var limit = new CancellationTokenSource(ResolveLimit);
        while (true)
        {
            try
            {
                await using var fresh = await source.OpenConnectionAsync(limit.Token);
                await using var batch = fresh.CreateBatch();
                batch.Add("SELECT position FROM coffer_head FOR UPDATE");
                batch.Add("SELECT count(*) FROM coffer_change WHERE position = $1 AND mark = $2").Parameters.With(position).With(mark);
                await using var row = await batch.ExecuteReaderAsync(limit.Token);
                await row.NextResultAsync(limit.Token);
                await row.ReadAsync(limit.Token);
                return row.GetInt64(0) == 1;
            }
            catch (Exception error) when (Faults.IsDatabase(error) || error is OperationCanceledException)
            {
                if (limit.IsCancellationRequested)
                {
                    throw new StorageUnavailableException(
                        "the connection to PostgreSQL was lost during a commit; whether it took place is unknown", cause);
                }
                source.Clear();
                await Task.Delay(ResolvePause, CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    /// <summary>The first round trip: begin, lock the head, read what is checked and what may be claimed.</summary>
    private async Task<Group> DecideAsync(IReadOnlyList<PendingClaim> claims, IReadOnlyList<PendingCommit> commits)
    {
        for (var retried = false; ; retried = true)
        {
            try
            {
                return await ReadAsync(claims, commits);
            }
            catch (Exception error)
            {
                await CloseAsync(); // with it goes the transaction and the head's lock: nothing was written
                if (retried || !Faults.IsConnection(error))
                    throw Faults.Translate(error);
                source.Clear();
            }
        }
    }

    private async Task<Group> ReadAsync(IReadOnlyList<PendingClaim> claims, IReadOnlyList<PendingCommit> commits)
    {
        connection ??= await OpenAsync();
        await using var batch = connection.CreateBatch();
        batch.Add("BEGIN ISOLATION LEVEL READ COMMITTED");
        batch.Add($"SELECT position, {Schema.Clock} FROM coffer_head FOR UPDATE");
        var asked = commits.SelectMany(commit => commit.Checks).DistinctBy(check => check.Check.Key).ToArray();
        if (asked.Length > 0)
        {
            batch.Add("SELECT ns, path, version FROM coffer_entry WHERE (ns, path) IN (SELECT * FROM unnest($1, $2))").Parameters
                .WithAll(Array.ConvertAll(asked, check => check.Check.Key.Namespace.Value))
                .WithAll(Array.ConvertAll(asked, check => check.Path));
        }
        foreach (var claim in claims)
        {
            batch.Add($"""
                SELECT {Statements.Columns} FROM coffer_entry
                WHERE class = $1 AND due_at <= {Schema.Clock} ORDER BY due_at LIMIT $2
                """).Parameters.With((short)claim.Due, NpgsqlDbType.Smallint).With(claim.Limit);
        }

        await using var row = await batch.ExecuteReaderAsync();
        await row.ReadAsync();
        var (head, now) = (row.GetInt64(0), new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero));
        var stored = new Dictionary<EntryKey, long>();
        if (asked.Length > 0)
        {
            await row.NextResultAsync();
            while (await row.ReadAsync())
                stored[Statements.Key(row)] = row.GetInt64(2);
        }
        var group = new Group(head, stored);
        foreach (var claim in claims)
        {
            await row.NextResultAsync();
            var ready = new List<Entry>();
            while (await row.ReadAsync())
                ready.Add(Statements.Row(row));
            group.Claim(claim, ready, now);
        }
        foreach (var commit in commits)
            group.Commit(commit);
        return group;
    }

    /// <summary>The second round trip: all writes of the group and the commit.</summary>
    private async Task WriteAsync(Group group, byte[] mark)
    {
        await using var batch = connection!.CreateBatch();
        if (group.Changes.Count > 0)
        {
            AddEntries(batch, group);
            AddChanges(batch, group, mark);
        }
        batch.Add("COMMIT");
        await batch.ExecuteNonQueryAsync();
    }

    private static void AddEntries(NpgsqlBatch batch, Group group)
    {
        if (group.Postponed.Count > 0)
        {
            batch.Add("""
                UPDATE coffer_entry e SET version = p.version, due_at = p.due_at
                FROM unnest($1, $2, $3, $4) AS p(ns, path, version, due_at) WHERE e.ns = p.ns AND e.path = p.path
                """).Parameters
                .WithAll([.. group.Postponed.Select(one => one.Space)]).WithAll([.. group.Postponed.Select(one => one.Path)])
                .WithAll([.. group.Postponed.Select(one => one.Version)]).WithAll([.. group.Postponed.Select(one => one.DueAt)]);
        }
        var gone = group.Final.Values.Where(one => one.Write.Value is null).ToArray();
        if (gone.Length > 0)
        {
            batch.Add("DELETE FROM coffer_entry WHERE (ns, path) IN (SELECT * FROM unnest($1, $2))").Parameters
                .WithAll(Array.ConvertAll(gone, one => one.Write.Key.Namespace.Value)).WithAll(Array.ConvertAll(gone, one => one.Path));
        }
        var put = group.Final.Values.Where(one => one.Write.Value is not null).ToArray();
        if (put.Length > 0)
        {
            batch.Add("""
                INSERT INTO coffer_entry(ns, path, version, class, due_at, value) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
                ON CONFLICT (ns, path) DO UPDATE
                SET version = excluded.version, class = excluded.class, due_at = excluded.due_at, value = excluded.value
                """).Parameters
                .WithAll(Array.ConvertAll(put, one => one.Write.Key.Namespace.Value)).WithAll(Array.ConvertAll(put, one => one.Path))
                .WithAll(Array.ConvertAll(put, one => one.Version)).WithAll(Array.ConvertAll(put, one => one.Write.Due))
                .WithAll(Array.ConvertAll(put, one => Statements.ToBytes(one.Write.Value!.Value)));
        }
    }

    private void AddChanges(NpgsqlBatch batch, Group group, byte[] mark)
    {
        var count = group.Changes.Count;
        batch.Add("INSERT INTO coffer_change(position, keys, mark) SELECT * FROM unnest($1, $2, $3)").Parameters
            .WithAll([.. group.Changes.Select(one => one.Position)]).WithAll([.. group.Changes.Select(one => one.Keys)])
            .WithAll([.. new byte[]?[count - 1], mark]);
        batch.Add("UPDATE coffer_head SET position = $1").Parameters.With(group.Head);
        var before = group.Head - count;
        if (before / PruneSlice != group.Head / PruneSlice)
            batch.Add("DELETE FROM coffer_change WHERE position <= $1").Parameters.With(group.Head - keep);
        batch.Add($"SELECT pg_notify('{Channel}', $1)").Parameters.With($"{group.Head}");
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var opened = await source.OpenConnectionAsync();
        try
        {
            // A node that is cut off inside its transaction must not hold the head for long. Weaker durability than a flush at
            // the server is raised; stronger (remote_apply, remote_write) is the operator's choice and stays.
            await using var command = new NpgsqlCommand("""
                SET idle_in_transaction_session_timeout = '5s';
                SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')
                """, opened);
            await command.ExecuteNonQueryAsync();
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (connection is not { } closing)
            return;
        connection = null;
        await closing.DisposeAsync(); // rolls back what is open
    }
}
