using System.Collections.Concurrent;
using System.Diagnostics;
using Coffer.Core.Requests;

namespace Coffer.Core.Telemetry;

/// <summary>
/// Requests by type of mount, operation and class of status, and how long they took. On every request's path: one lookup and a few
/// interlocked additions, nothing allocated.
/// </summary>
public sealed class RequestMetrics
{
    private const int Operations = (int)Operation.Help + 1;
    private const int Classes = 6;

    private static readonly double[] Bounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly long[] TickBounds = [.. Bounds.Select(b => (long)(b * Stopwatch.Frequency))];

    private readonly ConcurrentDictionary<string, Series> byMount = new(StringComparer.Ordinal);

    public long Total => byMount.Values.Sum(s => s.Total);

    /// <param name="mountType">The type of the mount that was found; a fixed text for none. Types are few, so the series are bounded.</param>
    /// <param name="elapsed">In <see cref="Stopwatch"/> ticks.</param>
    public void Record(string mountType, Operation operation, int status, long elapsed)
    {
        if (!byMount.TryGetValue(mountType, out var series)) series = byMount.GetOrAdd(mountType, static _ => new Series());
        series.Record((int)operation, status / 100, elapsed);
    }

    internal IEnumerable<Sample> Collect()
    {
        var all = byMount.OrderBy(p => p.Key, StringComparer.Ordinal).ToArray();
        return all.SelectMany(p => p.Value.Counts(p.Key)).Concat(all.SelectMany(p => p.Value.Durations(p.Key)));
    }

    private sealed class Series
    {
        private readonly long[] counts = new long[Operations * Classes];
        private readonly long[] buckets = new long[Operations * (Bounds.Length + 1)];
        private readonly long[] ticks = new long[Operations];

        public long Total => counts.Sum();

        public void Record(int operation, int statusClass, long elapsed)
        {
            Interlocked.Increment(ref counts[(operation * Classes) + Math.Clamp(statusClass, 0, Classes - 1)]);
            var bucket = 0;
            while (bucket < TickBounds.Length && elapsed > TickBounds[bucket]) bucket++;
            Interlocked.Increment(ref buckets[(operation * (Bounds.Length + 1)) + bucket]);
            Interlocked.Add(ref ticks[operation], elapsed);
        }

        public IEnumerable<Sample> Counts(string mountType)
        {
            for (var i = 0; i < counts.Length; i++)
            {
                if (Volatile.Read(ref counts[i]) is not (> 0 and var count)) continue;
                yield return new Sample(
                    "coffer_requests_total", MetricKind.Counter, "Requests answered, by type of mount, operation and class of status.", count,
                    [("mount_type", mountType), ("operation", ((Operation)(i / Classes)).Name()), ("status", $"{i % Classes}xx")]);
            }
        }

        public IEnumerable<Sample> Durations(string mountType)
        {
            for (var operation = 0; operation < Operations; operation++)
            {
                var below = new long[Bounds.Length + 1];
                long sum = 0;
                for (var i = 0; i < below.Length; i++) below[i] = sum += Volatile.Read(ref buckets[(operation * below.Length) + i]);
                if (sum == 0) continue;
                yield return new Sample(
                    "coffer_request_duration_seconds", MetricKind.Histogram, "From the door to the reply, the audit flush included.",
                    (double)Volatile.Read(ref ticks[operation]) / Stopwatch.Frequency,
                    [("mount_type", mountType), ("operation", ((Operation)operation).Name())], new Spread(sum, Bounds, below[..^1]));
            }
        }
    }
}
