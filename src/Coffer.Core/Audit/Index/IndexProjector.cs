using System.Diagnostics;
using System.Text.Json;
using Coffer.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Core.Audit.Index;

/// <summary>
/// Projects this node's log into the index, behind the requests and never in their way: bounded batches with pauses between. Rows and
/// cursor commit together, so that a crash neither loses a row nor makes it twice.
/// </summary>
internal sealed class IndexProjector(EntryStore store, AuditIndex index, AuditIndexLimits limits, TimeProvider clock, ILogger logger)
    : IAsyncDisposable
{
    private const int MaxRowsABatch = 128;
    private const int MaxEntriesABatch = 4096;
    private const int Spans = 64;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    private CancellationTokenSource? stop;
    private readonly SemaphoreSlim asked = new(0, 1);
    private Task running = Task.CompletedTask;
    private volatile AuditLog? log;
    private long projected;

    public void Start(AuditLog audit, string node)
    {
        (stop, log) = (new(), audit);
        Volatile.Write(ref projected, 0);
        var cancel = stop.Token;
        var work = new Work(store, index, limits, clock, audit, node);
        running = Task.Run(() => RunAsync(work, audit, cancel), CancellationToken.None);
    }

    public async ValueTask StopAsync()
    {
        if (stop is null) return;
        await stop.CancelAsync();
        await running;
        stop.Dispose();
        (stop, log) = (null, null);
    }

    /// <summary>Waits until what is in the log now is in the index, but no longer than a second: under load it is behind.</summary>
    public async ValueTask CatchUpAsync(CancellationToken cancel)
    {
        if (log?.Size is not { } size) return;
        var begun = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref projected) < size && Stopwatch.GetElapsedTime(begun) < LongestWait)
        {
            if (asked.CurrentCount == 0)
            {
                try
                {
                    asked.Release();
                }
                catch (SemaphoreFullException)
                {
                    // Somebody else has asked.
                }
            }
            await Task.Delay(10, cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        asked.Dispose();
    }

    private async Task RunAsync(Work work, AuditLog audit, CancellationToken cancel)
    {
        long? roundDone = null;
        while (!cancel.IsCancellationRequested)
        {
            var pause = IdlePause;
            try
            {
                if (await work.ProjectAsync(cancel)) pause = BusyPause;
                Volatile.Write(ref projected, work.Next);
                if (roundDone is not { } done || clock.GetElapsedTime(done) >= Round)
                {
                    await work.ShowLifeAsync(cancel);
                    roundDone = await work.SweepAsync(cancel) ? null : clock.GetTimestamp();
                }
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.IndexBehind(logger, audit.Size - work.Next, e.Message);
                pause = FailurePause;
            }
            if (pause == IdlePause) await ((Task)asked.WaitAsync(pause, cancel)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            else await Task.Delay(pause, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One node's projection while its log is open.</summary>
    private sealed class Work(
        EntryStore store, AuditIndex index, AuditIndexLimits limits, TimeProvider clock, AuditLog audit, string node)
    {
        private static readonly byte[] Marker = [1];
        private readonly LogReader reader = new(audit.Directory);
        private IndexCursor? cursor;
        private long version;

        public long Next => cursor?.Next ?? 0;

        /// <summary>Projects one batch; true if more entries wait.</summary>
        public async ValueTask<bool> ProjectAsync(CancellationToken cancel)
        {
            var size = audit.Size;
            var at = cursor ?? await LoadAsync(cancel);
            if (at.Next >= size) return false;
            var (rows, next) = Collect(at.Next, size);
            var batch = new Batch();
            foreach (var row in rows)
            {
                var own = true;
                foreach (var key in row.Keys())
                {
                    store.Seal(batch, key, own ? JsonSerializer.SerializeToUtf8Bytes(row, StoredJson.Default.IndexRow) : Marker);
                    own = false;
                }
            }
            await SaveAsync(batch, at with { Next = next, Spans = Extended(at.Spans, rows) }, cancel);
            return next < size;
        }

        public async ValueTask ShowLifeAsync(CancellationToken cancel)
        {
            var batch = new Batch();
            var presence = new LogPresence(audit.Origin, node, clock.GetUtcNow());
            store.Seal(batch, AuditIndex.PresenceKey(node), JsonSerializer.SerializeToUtf8Bytes(presence, StoredJson.Default.LogPresence));
            await store.CommitAsync(batch, cancel);
        }

        /// <summary>Removes what is too old or too much, one batch; true if there is more.</summary>
        public async ValueTask<bool> SweepAsync(CancellationToken cancel)
        {
            var now = clock.GetUtcNow();
            if (now - DateTimeOffset.UnixEpoch > limits.MaxAge && await index.SweepAsync(now - limits.MaxAge, null, MaxRowsABatch, cancel)) return true;
            var at = cursor ?? await LoadAsync(cancel);
            var (kept, first) = (0L, at.Spans.Count);
            while (first > 0 && (kept == 0 || kept + at.Spans[first - 1].Rows <= limits.MaxRows)) kept += at.Spans[--first].Rows;
            if (first > 0 && await index.SweepAsync(at.Spans[first - 1].To, node, MaxRowsABatch, cancel)) return true;
            while (first < at.Spans.Count && at.Spans[first].To < now - limits.MaxAge) first++;
            if (first == 0) return false;
            await SaveAsync(new Batch(), at with { Spans = [.. at.Spans.Skip(first)] }, cancel);
            return false;
        }

        private (IReadOnlyCollection<IndexRow> Rows, long Next) Collect(long first, long size)
        {
            var rows = new Dictionary<object, IndexRow>();
            var taken = 0;
            var next = reader.Read(first, size, (seq, entry) =>
            {
                if (taken == MaxEntriesABatch || rows.Count == MaxRowsABatch) return false;
                taken++;
                if (EntryParser.Parse(seq, entry) is { } row)
                    rows[row.Likeness] = rows.TryGetValue(row.Likeness, out var like) ? row with { Count = like.Count + 1 } : row;
                return true;
            });
            return (rows.Values, next);
        }

        private IReadOnlyList<IndexSpan> Extended(IReadOnlyList<IndexSpan> spans, IReadOnlyCollection<IndexRow> rows)
        {
            if (rows.Count == 0) return spans;
            var (from, to) = (rows.Min(r => r.Time), rows.Max(r => r.Time));
            return spans.Count > 0 && spans[^1] is var last && last.Rows < limits.MaxRows / Spans
                ? [.. spans.Take(spans.Count - 1), last with { To = to, Rows = last.Rows + rows.Count }]
                : [.. spans, new IndexSpan(from, to, rows.Count)];
        }

        private async ValueTask<IndexCursor> LoadAsync(CancellationToken cancel)
        {
            var stored = await store.GetAsync(AuditIndex.CursorKey(node), cancel);
            version = stored?.Version ?? Check.Absent;
            cursor = stored is null ? null : JsonSerializer.Deserialize(stored.Value, StoredJson.Default.IndexCursor);
            // Another log under the name begins anew.
            return cursor = cursor?.Origin == audit.Origin ? cursor : new IndexCursor(audit.Origin, 0, []);
        }

        private async ValueTask SaveAsync(Batch batch, IndexCursor next, CancellationToken cancel)
        {
            var key = AuditIndex.CursorKey(node);
            batch.Require(key, version);
            store.Seal(batch, key, JsonSerializer.SerializeToUtf8Bytes(next, StoredJson.Default.IndexCursor));
            var result = await store.CommitAsync(batch, cancel);
            // After a conflict, or if it is unknown whether it was committed, the stored cursor tells.
            cursor = result.Committed ? next : null;
            version = result.Position;
        }
    }
}
