namespace Coffer.Core.Storage;

/// <summary>
/// Where entries are kept. Untrusted: it sees only ciphertext values. Two drivers stand behind it (SQLite, PostgreSQL) and pass one
/// conformance suite. Any member throws <see cref="StorageUnavailableException"/> while the store can't be reached or is full,
/// and <see cref="StorageFailedException"/> once a flush has failed: then nothing more is served until a restart.
/// </summary>
public interface IStorage : IAsyncDisposable
{
    /// <summary>The driver's name in <c>storage_type</c>: <c>sqlite</c>, <c>postgresql</c>.</summary>
    string Type { get; }

    /// <summary>Whether other nodes may serve the same store. If not, nobody else changes it and no read lease is needed.</summary>
    bool IsShared { get; }

    ValueTask<Entry?> GetAsync(EntryKey key, CancellationToken cancel = default);

    /// <summary>Entries in the order of <paramref name="keys"/>, null where absent, all from one moment.</summary>
    ValueTask<IReadOnlyList<Entry?>> GetManyAsync(IReadOnlyList<EntryKey> keys, CancellationToken cancel = default);

    /// <summary>Entries below <paramref name="prefix"/> in order, from the first path greater than <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<Entry>> ScanAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel = default);

    /// <summary>
    /// One level below <paramref name="prefix"/> in order: the next segment of each path, with <c>/</c> at its end where more follows,
    /// each once, starting from the first greater than <paramref name="after"/>. Costs the names returned, not the entries below them.
    /// </summary>
    ValueTask<IReadOnlyList<string>> ListAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel = default);

    /// <summary>Commits durably before it returns. Batches of several callers share a flush, but each commits or conflicts alone.</summary>
    ValueTask<CommitResult> CommitAsync(Batch batch, CancellationToken cancel = default);

    /// <summary>
    /// Takes up to <paramref name="limit"/> entries of a class whose time has come, oldest first, and moves their due time on by
    /// <paramref name="visibility"/> in the same short commit. The new <see cref="Entry.Version"/> is the fence: finish with a batch
    /// that requires it. At least once, by the storage's clock; no two callers hold the same entry at the same fence.
    /// </summary>
    ValueTask<IReadOnlyList<Entry>> ClaimAsync(DueClass due, int limit, TimeSpan visibility, CancellationToken cancel = default);

    /// <summary>When the next entry of a class falls due; null if there is none.</summary>
    ValueTask<DateTimeOffset?> NextDueAsync(DueClass due, CancellationToken cancel = default);

    /// <summary>The clock that due times are compared with.</summary>
    ValueTask<DateTimeOffset> ClockAsync(CancellationToken cancel = default);

    /// <summary>How many entries lie below a prefix.</summary>
    ValueTask<long> CountAsync(NamespaceId space, string prefix, CancellationToken cancel = default);

    /// <summary>Commits after <paramref name="after"/>, in order.</summary>
    ValueTask<ChangePage> ChangesAsync(long after, int limit, CancellationToken cancel = default);

    /// <summary>Returns when there may be commits after <paramref name="after"/>, of this node or another; also without cause.</summary>
    Task WaitForChangeAsync(long after, CancellationToken cancel = default);

    /// <summary>
    /// Says that <paramref name="node"/> lives and has applied all changes up to <paramref name="applied"/>; it may serve from its caches
    /// for <paramref name="lease"/> from the moment it called. Returns the head's position.
    /// </summary>
    ValueTask<long> BeatAsync(string node, long applied, TimeSpan lease, CancellationToken cancel = default);

    /// <summary>Takes <paramref name="node"/> out of those that <see cref="WaitUntilAppliedAsync"/> waits for.</summary>
    ValueTask LeaveAsync(string node, CancellationToken cancel = default);

    /// <summary>Returns once every node but <paramref name="self"/> has applied <paramref name="position"/> or its read lease has lapsed.</summary>
    ValueTask WaitUntilAppliedAsync(string self, long position, CancellationToken cancel = default);

    /// <summary>Every entry as of one moment, in order, while writes go on.</summary>
    IAsyncEnumerable<Entry> SnapshotAsync(CancellationToken cancel = default);

    /// <summary>Replaces everything by <paramref name="entries"/>, all or nothing (versions are made anew); returns the new head.</summary>
    ValueTask<long> RestoreAsync(IAsyncEnumerable<Entry> entries, CancellationToken cancel = default);
}

/// <summary>One commit: its position and the keys that it wrote.</summary>
public readonly record struct Change(long Position, IReadOnlyList<EntryKey> Keys);

/// <summary>
/// A stretch of the change log. <paramref name="Lost"/>: commits after the asked position are no longer in the log (it is pruned) or
/// everything was replaced by a restore, so all that was derived must be dropped; go on from <paramref name="Next"/>.
/// </summary>
public readonly record struct ChangePage(IReadOnlyList<Change> Changes, long Next, bool Lost);
