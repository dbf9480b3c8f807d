using System.Collections.Concurrent;

namespace Coffer.Core.Telemetry;

/// <summary>A number that only grows. Adding costs one interlocked addition.</summary>
public sealed class Counter
{
    private long value;

    public long Value => Interlocked.Read(ref value);

    public void Add(long n = 1) => Interlocked.Add(ref value, n);
}

public enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One series at one moment.</summary>
/// <param name="Name">In Prometheus' form, with the unit at its end.</param>
/// <param name="Spread">Of a histogram; its <paramref name="Value"/> is the sum.</param>
public sealed record Sample(
    string Name, MetricKind Kind, string Help, double Value, IReadOnlyList<(string Name, string Value)> Labels, Spread? Spread = null);

/// <summary>How many observations a histogram has, and how many lie at or below each bound.</summary>
public sealed record Spread(long Count, IReadOnlyList<double> Bounds, IReadOnlyList<long> AtOrBelow);

/// <summary>
/// What one node counts of its work, for <c>sys/metrics</c> and <c>sys/internal/counters</c>. Parts that count for themselves are asked at
/// each reading by <c>Observe</c>.
/// </summary>
public sealed class Metrics(TimeProvider clock)
{
    private readonly ConcurrentQueue<Func<IEnumerable<Sample>>> sources = new();

    public DateTimeOffset Started { get; } = clock.GetUtcNow();

    public RequestMetrics Requests { get; } = new();

    public Counter StorageCommits { get; } = new();

    public Counter StorageConflicts { get; } = new();

    public Counter TokensCreated { get; } = new();

    public Counter TokensEnded { get; } = new();

    public Counter LeasesCreated { get; } = new();

    public Counter LeasesEnded { get; } = new();

    /// <summary>Records of requests and responses that the trail has taken.</summary>
    public Counter AuditRecords { get; } = new();

    public Counter AuditFailures { get; } = new();

    /// <summary>Adds samples that are made when somebody asks. It must not block, nor throw.</summary>
    public void Observe(Func<IEnumerable<Sample>> source) => sources.Enqueue(source);

    /// <summary>Adds one series that is read when somebody asks; null leaves it out.</summary>
    public void Observe(string name, MetricKind kind, string help, Func<double?> read) =>
        Observe(() => read() is { } value ? [new Sample(name, kind, help, value, [])] : []);

    /// <summary>All series, those of one name together.</summary>
    public IEnumerable<Sample> Collect()
    {
        foreach (var sample in Requests.Collect()) yield return sample;
        foreach (var (name, help, counter) in (IEnumerable<(string, string, Counter)>)
        [
            ("coffer_storage_commits_total", "Batches that storage has committed.", StorageCommits),
            ("coffer_storage_conflicts_total", "Batches refused because something they had read was changed meanwhile.", StorageConflicts),
            ("coffer_tokens_created_total", "Stored tokens that were made, wrapping tokens among them.", TokensCreated),
            ("coffer_tokens_ended_total", "Stored tokens that were removed: revoked, expired or used up.", TokensEnded),
            ("coffer_leases_created_total", "Leases that were made.", LeasesCreated),
            ("coffer_leases_ended_total", "Leases that were removed: revoked or expired.", LeasesEnded),
            ("coffer_audit_records_total", "Records that the audit trail has taken.", AuditRecords),
            ("coffer_audit_failures_total", "Records that the audit trail could not take.", AuditFailures),
        ])
        {
            yield return new Sample(name, MetricKind.Counter, help, counter.Value, []);
        }
        foreach (var source in sources)
        {
            foreach (var sample in source()) yield return sample;
        }
        foreach (var sample in ProcessMetrics.Collect()) yield return sample;
    }
}
