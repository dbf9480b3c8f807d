using Coffer.Core.Storage;

namespace Coffer.Core.Tests.Barriers;

/// <summary>Entries in memory, with real checks: as much of a driver as the barrier and the seals touch.</summary>
internal sealed class MemoryStorage : IStorage
{
    private readonly Lock gate = new();
    private readonly Dictionary<EntryKey, Entry> entries = [];
    private long head;

    public string Type => "inmem";

    public bool IsShared => false;

    /// <summary>Called before each commit.</summary>
    public Action<Batch>? BeforeCommit { get; set; }

    public IReadOnlyDictionary<EntryKey, Entry> Entries => entries;

    public ValueTask<Entry?> GetAsync(EntryKey key, CancellationToken cancel = default)
    {
        lock (gate)
            return new(entries.GetValueOrDefault(key));
    }

    public ValueTask<IReadOnlyList<Entry?>> GetManyAsync(IReadOnlyList<EntryKey> keys, CancellationToken cancel = default)
    {
        lock (gate)
            return new([.. keys.Select(key => entries.GetValueOrDefault(key))]);
    }

    public ValueTask<CommitResult> CommitAsync(Batch batch, CancellationToken cancel = default)
    {
        BeforeCommit?.Invoke(batch);
        lock (gate)
        {
            foreach (var check in batch.Checks)
            {
                if ((entries.GetValueOrDefault(check.Key)?.Version ?? Check.Absent) != check.Version)
                    return new(new CommitResult(false, head, check.Key));
            }

            head++;
            foreach (var write in batch.Writes)
            {
                if (write.Value is { } value)
                    entries[write.Key] = new Entry(write.Key, value.ToArray(), head, write.Due);
                else
                    entries.Remove(write.Key);
            }

            return new(new CommitResult(true, head));
        }
    }

    public ValueTask<IReadOnlyList<Entry>> ScanAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<string>> ListAsync(
        NamespaceId space, string prefix, string? after, int limit, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Entry>> ClaimAsync(
        DueClass due, int limit, TimeSpan visibility, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<DateTimeOffset?> NextDueAsync(DueClass due, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<DateTimeOffset> ClockAsync(CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<long> CountAsync(NamespaceId space, string prefix, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<ChangePage> ChangesAsync(long after, int limit, CancellationToken cancel = default) => throw new NotSupportedException();

    public Task WaitForChangeAsync(long after, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<long> BeatAsync(string node, long applied, TimeSpan lease, CancellationToken cancel = default) =>
        throw new NotSupportedException();

    public ValueTask LeaveAsync(string node, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask WaitUntilAppliedAsync(string self, long position, CancellationToken cancel = default) => throw new NotSupportedException();

    public IAsyncEnumerable<Entry> SnapshotAsync(CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask<long> RestoreAsync(IAsyncEnumerable<Entry> entries, CancellationToken cancel = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
