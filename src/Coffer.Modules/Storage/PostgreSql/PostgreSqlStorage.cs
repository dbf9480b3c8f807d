using System.Runtime.CompilerServices;
using Coffer.Core.Storage;
using Npgsql;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>
/// The shared storage: one PostgreSQL database (15 or later), any number of nodes that all read and write. A lost connection heals by
/// itself; a commit whose outcome it left open is looked up, and only where that fails too reported as unavailable and unknown.
/// </summary>
public sealed class PostgreSqlStorage : IStorage
{
    private const int CommandSeconds = 30;

    private readonly NpgsqlDataSource source;
    private readonly Reads reads;
    private readonly Nodes nodes;
    private readonly Restore restore;
    private readonly GroupCommit commits;
    private readonly ChangeListener changes;
    private int disposed;

    private PostgreSqlStorage(NpgsqlDataSource source, Reads reads, long head, PostgreSqlOptions options)
    {
        this.source = source;
        this.reads = reads;
        nodes = new Nodes(reads);
        changes = new ChangeListener(source, head);
        var writing = new WriteConnection(source, options.KeepCommits);
        restore = new Restore(source, writing);
        commits = new GroupCommit(writing, changes.Advance);
    }

    public string Type => "postgresql";

    public bool IsShared => true;

    /// <summary>Connects, and makes or migrates the tables.</summary>
    /// <exception cref="ArgumentException">The URL is not understood.</exception>
    /// <exception cref="StorageUnavailableException">The server can't be reached or refuses us.</exception>
    /// <exception cref="StorageFailedException">The server is too old or does not flush, or the tables are of a later Coffer.</exception>
    public static async ValueTask<PostgreSqlStorage> OpenAsync(PostgreSqlOptions options)
    {
        var settings = ConnectionUrl.Parse(options.ConnectionUrl);
        settings.MaxPoolSize = options.MaxParallel + 2;
        settings.MaxAutoPrepare = 64;
        settings.AutoPrepareMinUsages = 2;
        settings.CommandTimeout = CommandSeconds;
        settings.KeepAlive = 10;
        var source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        try
        {
            await Schema.PrepareAsync(source);
            var reads = new Reads(source);
            return new PostgreSqlStorage(source, reads, await reads.HeadAsync(CancellationToken.None), options);
        }
        catch (Exception error)
        {
            await source.DisposeAsync();
            if (Faults.IsDatabase(error))
                throw Faults.Translate(error);
            throw;
        }
    }

    public async ValueTask<Entry?> GetAsync(EntryKey key, CancellationToken cancel = default) => await reads.GetAsync(key, cancel);

    public async ValueTask<IReadOnlyList<Entry?>> GetManyAsync(IReadOnlyList<EntryKey> keys, CancellationToken cancel = default) =>
        await reads.GetManyAsync(keys, cancel);

    public async ValueTask<IReadOnlyList<Entry>> ScanAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel = default) =>
        await reads.ScanAsync(space, prefix, after, limit, cancel);

    public async ValueTask<IReadOnlyList<string>> ListAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel = default) =>
        await reads.ListAsync(space, prefix, after, limit, cancel);

    public async ValueTask<CommitResult> CommitAsync(Batch batch, CancellationToken cancel = default) =>
        await commits.Enqueue(new PendingCommit(batch, cancel));

    public async ValueTask<IReadOnlyList<Entry>> ClaimAsync(
        DueClass due, int limit, TimeSpan visibility, CancellationToken cancel = default) =>
        await commits.Enqueue(new PendingClaim(due, limit, visibility, cancel));

    public async ValueTask<DateTimeOffset?> NextDueAsync(DueClass due, CancellationToken cancel = default) =>
        await reads.NextDueAsync(due, cancel);

    public async ValueTask<DateTimeOffset> ClockAsync(CancellationToken cancel = default) => await reads.ClockAsync(cancel);

    public async ValueTask<long> CountAsync(NamespaceId space, string prefix, CancellationToken cancel = default) =>
        await reads.CountAsync(space, prefix, cancel);

    public async ValueTask<ChangePage> ChangesAsync(long after, int limit, CancellationToken cancel = default)
    {
        var page = await reads.ChangesAsync(after, limit, cancel);
        if (page.Lost)
            changes.Reset(page.Next);
        return page;
    }

    public Task WaitForChangeAsync(long after, CancellationToken cancel = default) => changes.WaitAsync(after, cancel);

    public async ValueTask<long> BeatAsync(string node, long applied, TimeSpan lease, CancellationToken cancel = default)
    {
        var head = await nodes.BeatAsync(node, applied, lease, cancel);
        changes.Advance(head);
        return head;
    }

    public async ValueTask LeaveAsync(string node, CancellationToken cancel = default) => await nodes.LeaveAsync(node, cancel);

    public async ValueTask WaitUntilAppliedAsync(string self, long position, CancellationToken cancel = default) =>
        await nodes.WaitUntilAppliedAsync(self, position, cancel);

    public async IAsyncEnumerable<Entry> SnapshotAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        await using var rows = await Rows.OpenAsync(source, cancel);
        while (await rows.NextAsync(cancel) is { } entry)
            yield return entry;
    }

    public async ValueTask<long> RestoreAsync(IAsyncEnumerable<Entry> entries, CancellationToken cancel = default)
    {
        try
        {
            var head = await restore.RunAsync(entries, cancel);
            changes.Advance(head);
            return head;
        }
        catch (Exception error) when (Faults.IsDatabase(error))
        {
            throw Faults.Translate(error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await commits.DisposeAsync();
        await changes.DisposeAsync();
        await source.DisposeAsync();
    }
}
