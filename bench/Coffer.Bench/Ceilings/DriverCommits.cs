using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Coffer.Bench.Load;
using Coffer.Core.Storage;

namespace Coffer.Bench.Ceilings;

/// <summary>One entry that an operation writes: how long its path and value are, and whether it wakes at a due time.</summary>
internal readonly record struct WrittenEntry(int PathLength, int ValueLength, Due? Due);

/// <summary>
/// What the storage driver does by itself with the entries that an operation was seen to write: as many callers, as many entries of the
/// same sizes a commit, each commit durable before the next of that caller.
/// </summary>
internal static class DriverCommits
{
    private const int Sampled = 200;

    /// <summary>The entries of a typical commit among the latest.</summary>
    public static async Task<IReadOnlyList<WrittenEntry>> SeenAsync(IStorage storage)
    {
        var head = await storage.BeatAsync("bench", 0, TimeSpan.FromSeconds(1));
        var page = await storage.ChangesAsync(Math.Max(0, head - Sampled), Sampled);
        var typical = page.Changes.GroupBy(c => c.Keys.Count).MaxBy(g => g.Count())
            ?? throw new InvalidOperationException("the server wrote nothing");
        var entries = await storage.GetManyAsync(typical.Last().Keys);
        return [.. typical.Last().Keys.Zip(entries, (key, entry) => new WrittenEntry(key.Path.Length, entry?.Value.Length ?? 0, entry?.Due))];
    }

    public static async Task<LoadResult> RunAsync(
        IStorage storage, IReadOnlyList<WrittenEntry> written, int callers, TimeSpan warmUp, TimeSpan duration)
    {
        var latencies = new Latencies();
        var measured = new Stopwatch();
        using var stop = new CancellationTokenSource();
        var work = Enumerable.Range(0, callers).Select(c => Task.Run(() => CommitAsync(c))).ToArray();
        await Task.Delay(warmUp);
        lock (latencies)
            latencies.Clear();
        measured.Start();
        await Task.Delay(duration);
        measured.Stop();
        var perSecond = latencies.Count / measured.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(work);
        return new LoadResult(perSecond, latencies.Quantile(0.5), latencies.Quantile(0.99), 0, null);

        async Task CommitAsync(int caller)
        {
            for (long number = 0; !stop.IsCancellationRequested; number++)
            {
                var batch = NewBatch(written, caller, number);
                var start = Stopwatch.GetTimestamp();
                await storage.CommitAsync(batch, CancellationToken.None);
                lock (latencies)
                    latencies.Add(Stopwatch.GetElapsedTime(start));
            }
        }
    }

    private static Batch NewBatch(IReadOnlyList<WrittenEntry> written, int caller, long number)
    {
        var batch = new Batch();
        for (var i = 0; i < written.Count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"bench/{caller}/{i}/{number}/");
            var key = new EntryKey(NamespaceId.Root, name.PadRight(written[i].PathLength, 'x'));
            batch.Put(key, RandomNumberGenerator.GetBytes(written[i].ValueLength), written[i].Due);
        }
        return batch;
    }
}
