using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Quotas;

/// <summary>A rate limit, counted for each client address.</summary>
/// <param name="Path">
/// Empty: everything. With <c>/</c> at its end: a mount and all below it. With <c>*</c>: all that begins so. Else one path, as a list too.
/// </param>
/// <param name="Rate">Requests that are let through in one <paramref name="Interval"/>.</param>
/// <param name="BlockInterval">How long a client that went over is refused; zero: until the next token.</param>
public sealed record RateLimit(string Name, string Path, double Rate, TimeSpan Interval, TimeSpan BlockInterval)
{
    internal bool Limits(string path)
    {
        var own = Path.AsSpan();
        if (own.EndsWith('*')) return path.AsSpan().StartsWith(own[..^1]);
        if (own.IsEmpty || own.EndsWith('/')) return path.AsSpan().StartsWith(own);
        return path.AsSpan().TrimEnd('/').SequenceEqual(own);
    }
}

/// <summary>
/// The rate limits in force. They count before a body is parsed and before a token is looked up, so that they bound what a stranger can
/// cost (CVE-2025-6203, CVE-2025-12044). Counts are this node's own.
/// </summary>
public sealed class QuotaTable(EntryStore store, TimeProvider clock) : IChangeListener
{
    public const string Prefix = "core/quota/rate-limit/";
    public static readonly EntryKey ConfigKey = new(NamespaceId.Root, "core/quota/config");
    private const int MaxClients = 100_000;

    private volatile RateLimit[] limits = [];
    private volatile QuotaConfig config = QuotaConfig.Default;
    private ConcurrentDictionary<(string Limit, IPAddress Client), Bucket> buckets = new();

    public static EntryKey Key(string name) => new(NamespaceId.Root, Prefix + name);

    /// <summary>429 if the client has used up the limit that fits the path best; null if it may go on.</summary>
    public Reply? Refuse(Request request)
    {
        if (limits.Length == 0 || Best(request.Path) is not { } limit || config.Exempts(request.Path)) return null;
        if (buckets.Count > MaxClients) buckets = new();
        var bucket = buckets.GetOrAdd((limit.Name, request.Client ?? IPAddress.None), static (_, l) => new Bucket(l.Rate), limit);
        return bucket.Take(limit, clock)
            ? null
            : Reply.Refuse(429, $"request path \"{request.Path}\": rate limit quota exceeded");
    }

    public async ValueTask LoadAsync(CancellationToken cancel)
    {
        config = await store.GetAsync(ConfigKey, cancel) is { } entry
            ? JsonSerializer.Deserialize(entry.Value, StoredJson.Default.QuotaConfig)!
            : QuotaConfig.Default;
        var entries = await store.ScanAsync(NamespaceId.Root, Prefix, null, int.MaxValue, cancel);
        limits = [.. entries.Select(e => JsonSerializer.Deserialize(e.Value, StoredJson.Default.RateLimit)!)
            .OrderByDescending(l => l.Path.Length).ThenBy(l => l.Name, StringComparer.Ordinal)];
    }

    public void Clear()
    {
        limits = [];
        config = QuotaConfig.Default;
        buckets = new();
    }

    public async ValueTask ChangedAsync(IReadOnlyCollection<EntryKey> keys)
    {
        if (keys.Any(k => k == ConfigKey || k.Path.StartsWith(Prefix, StringComparison.Ordinal))) await LoadAsync(CancellationToken.None);
    }

    public ValueTask ResetAsync() => LoadAsync(CancellationToken.None);

    private RateLimit? Best(string path)
    {
        foreach (var limit in limits)
        {
            if (limit.Limits(path)) return limit;
        }
        return null;
    }

    /// <summary>A bucket of tokens that refills evenly.</summary>
    private sealed class Bucket(double capacity)
    {
        private readonly Lock gate = new();
        private double tokens = capacity;
        private DateTimeOffset? last;
        private DateTimeOffset blockedUntil;

        public bool Take(RateLimit limit, TimeProvider clock)
        {
            lock (gate)
            {
                var now = clock.GetUtcNow();
                if (now < blockedUntil) return false;
                var refill = (now - (last ?? now)) / limit.Interval * limit.Rate;
                last = now;
                tokens = Math.Min(Math.Max(limit.Rate, 1), tokens + refill);
                if (tokens >= 1)
                {
                    tokens--;
                    return true;
                }
                if (limit.BlockInterval > TimeSpan.Zero) blockedUntil = now + limit.BlockInterval;
                return false;
            }
        }
    }
}
