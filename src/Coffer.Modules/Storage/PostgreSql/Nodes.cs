using NpgsqlTypes;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>The nodes on this database: what each has applied, and until when it may serve from its caches, by the server's clock.</summary>
internal sealed class Nodes(Reads reads)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// The node's row is committed before the head is read, each in a transaction of its own: a commit that did not see the row comes
    /// before the head that the node is given, so the node knows that it is behind.
    /// </summary>
    public async Task<long> BeatAsync(string node, long applied, TimeSpan lease, CancellationToken cancel)
    {
        await reads.RunAsync(
            """
            INSERT INTO coffer_node(name, applied, lease_until) VALUES ($1, $2, clock_timestamp() + $3)
            ON CONFLICT (name) DO UPDATE SET applied = excluded.applied, lease_until = excluded.lease_until RETURNING applied
            """,
            parameters => parameters.With(node).With(applied).With(lease, NpgsqlDbType.Interval),
            static row => Task.FromResult(row.HasRows),
            cancel);
        return await reads.HeadAsync(cancel);
    }

    public Task LeaveAsync(string node, CancellationToken cancel) => reads.RunAsync(
        "DELETE FROM coffer_node WHERE name = $1",
        parameters => parameters.With(node),
        static row => Task.FromResult(row.RecordsAffected),
        cancel);

    public async Task WaitUntilAppliedAsync(string self, long position, CancellationToken cancel)
    {
        while (await reads.RunAsync(
            "SELECT 1 FROM coffer_node WHERE name <> $1 AND applied < $2 AND lease_until > clock_timestamp() LIMIT 1",
            parameters => parameters.With(self).With(position),
            static row => Task.FromResult(row.HasRows),
            cancel))
        {
            await Task.Delay(Pause, cancel);
        }
    }
}
