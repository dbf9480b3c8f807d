using Coffer.Core.Storage;
using Coffer.Core.Telemetry;

namespace Coffer.Core.Requests;

/// <summary>
/// All that one operation reads and writes: decrypted reads that see its own writes, and one batch at the end. Every entry that was read
/// is checked at commit to be still at the version that was seen (also absent), so concurrent operations cannot mix. Scans and lists are
/// not checked. Not safe for concurrent use.
/// </summary>
public sealed class Transaction(EntryStore store, CancellationToken cancel = default)
{
    private readonly Dictionary<EntryKey, Plain?> reads = [];
    private readonly Dictionary<EntryKey, (byte[]? Value, Due? Due)> writes = [];

    private readonly Dictionary<EntryKey, long> fences = [];
    private readonly List<Func<CancellationToken, ValueTask>> after = [];

    private List<Counter>? counters;
    private Func<ValueTask<long>>? instead;

    public bool HasWrites => writes.Count > 0 || instead is not null;

    public CancellationToken Cancel => cancel;

    /// <summary>Raised by what the operation does to mounts, policies, tokens: the pipeline waits until every node obeys.</summary>
    public bool Everywhere { get; set; }

    /// <summary>
    /// Work that follows the commit and precedes the reply. It must be resumable by a due entry of this very commit: a crash may come
    /// between.
    /// </summary>
    public void AfterCommit(Func<CancellationToken, ValueTask> work) => after.Add(work);

    /// <summary>
    /// A change that is no batch (a restore replaces all entries): runs where the commit would, so once the request is in the trail, and
    /// gives its position. What was written here is not committed then.
    /// </summary>
    public void InsteadOfCommit(Func<ValueTask<long>> work) => instead = work;

    /// <summary>Counts one if this transaction commits.</summary>
    public void Counts(Counter counter) => (counters ??= []).Add(counter);

    public async ValueTask<Plain?> GetAsync(EntryKey key)
    {
        if (writes.TryGetValue(key, out var written))
            return written.Value is null ? null : new Plain(key, written.Value, 0, written.Due);
        if (reads.TryGetValue(key, out var seen)) return seen;
        var found = await store.GetAsync(key, cancel);
        reads[key] = found;
        return found;
    }

    public ValueTask<IReadOnlyList<string>> ListAsync(NamespaceId space, string prefix, string? after, int limit) =>
        store.ListAsync(space, prefix, after, limit, cancel);

    /// <summary>Stored entries below a prefix; what this transaction wrote is not among them.</summary>
    public ValueTask<IReadOnlyList<Plain>> ScanAsync(NamespaceId space, string prefix, string? after, int limit) =>
        store.ScanAsync(space, prefix, after, limit, cancel);

    public void Put(EntryKey key, ReadOnlySpan<byte> value, Due? due = null) => writes[key] = (value.ToArray(), due);

    public void Delete(EntryKey key) => writes[key] = (null, null);

    /// <summary>The commit requires that the key is at <paramref name="version"/>: a claim's fence.</summary>
    public void Require(EntryKey key, long version) => fences[key] = version;

    /// <summary>
    /// Leaves this key out of the checks: what was read there is a hint (a counter, a cache), and a change of it by others is no conflict.
    /// </summary>
    public void Forget(EntryKey key) => reads.Remove(key);

    /// <summary>Does what <see cref="AfterCommit"/> was given, in order.</summary>
    internal async ValueTask FinishAsync()
    {
        foreach (var work in after) await work(CancellationToken.None);
    }

    /// <summary>Commits all or nothing; a conflict means that what was read has changed, and the operation is to run again.</summary>
    public async ValueTask<CommitResult> CommitAsync()
    {
        if (instead is not null) return new CommitResult(true, await instead());
        if (writes.Count == 0) return new CommitResult(true, 0);
        var batch = new Batch();
        foreach (var (key, seen) in reads) batch.Require(key, seen?.Version ?? Check.Absent);
        foreach (var (key, version) in fences) batch.Require(key, version);
        foreach (var (key, (value, due)) in writes)
        {
            if (value is null) batch.Delete(key);
            else store.Seal(batch, key, value, due);
        }
        var result = await store.CommitAsync(batch, CancellationToken.None);
        if (result.Committed) counters?.ForEach(c => c.Add());
        return result;
    }
}
