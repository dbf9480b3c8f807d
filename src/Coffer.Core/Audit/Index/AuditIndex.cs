using System.Text.Json;
using Coffer.Core.Storage;

namespace Coffer.Core.Audit.Index;

/// <summary>What is asked of the index; null and 0 ask for anything.</summary>
internal sealed record IndexQuestion
{
    /// <summary>A path as in requests; one that ends in <c>*</c> means all that begin so.</summary>
    public string? Path { get; init; }

    public string? Entity { get; init; }

    /// <summary>The HMAC of an accessor.</summary>
    public string? Accessor { get; init; }

    public string? Operation { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>The place behind which to go on.</summary>
    public string? After { get; init; }

    public int Limit { get; init; } = 100;
}

/// <summary>Rows of all nodes in the shared storage, the newest first.</summary>
internal sealed class AuditIndex(EntryStore store)
{
    private const int Page = 256;
    private const int MostLookedAt = 10_000;

    private const string CursorPrefix = IndexRow.Prefix + "cursor/";
    private const string PresencePrefix = IndexRow.Prefix + "node/";

    public static EntryKey CursorKey(string node) => new(NamespaceId.Root, CursorPrefix + node);

    public static EntryKey PresenceKey(string node) => new(NamespaceId.Root, PresencePrefix + node);

    /// <summary>Rows that fit, and where to go on; null at the end. A page may be short, even empty, before the end.</summary>
    public async ValueTask<(IReadOnlyList<IndexRow> Rows, string? After)> AskAsync(IndexQuestion question, CancellationToken cancel)
    {
        var prefix = question switch
        {
            { Path: { } path } when !path.EndsWith('*') => IndexRow.PathPrefix(path),
            { Accessor: { } accessor } => IndexRow.AccessorPrefix(accessor),
            { Entity: { } entity } => IndexRow.EntityPrefix(entity),
            _ => IndexRow.TimePrefix,
        };
        var after = question.After;
        if (question.Until is { } until && IndexRow.Upside(until) is var start && (after is null || string.CompareOrdinal(after, start) < 0))
            after = start;
        var rows = new List<IndexRow>();
        for (var seen = 0; seen < MostLookedAt;)
        {
            var places = await store.ListAsync(NamespaceId.Root, prefix, after, Page, cancel);
            foreach (var row in await RowsAsync(places, cancel))
            {
                if (row.Time < question.Since) return (rows, null);
                after = row.Place;
                if (!Fits(row, question)) continue;
                rows.Add(row);
                if (rows.Count == question.Limit) return (rows, after);
            }
            if (places.Count < Page) return (rows, null);
            after = places[^1];
            seen += places.Count;
        }
        return (rows, after);
    }

    /// <summary>The logs that there are, or were.</summary>
    public async ValueTask<IReadOnlyList<LogPresence>> NodesAsync(CancellationToken cancel) =>
        [.. (await store.ScanAsync(NamespaceId.Root, PresencePrefix, null, int.MaxValue, cancel))
            .Select(e => JsonSerializer.Deserialize(e.Value, StoredJson.Default.LogPresence)!)];

    /// <summary>Removes rows older than a time, a bounded number; true if there may be more. With a node, only its own.</summary>
    public async ValueTask<bool> SweepAsync(DateTimeOffset olderThan, string? node, int limit, CancellationToken cancel)
    {
        var after = IndexRow.Upside(olderThan);
        while (true)
        {
            var places = await store.ListAsync(NamespaceId.Root, IndexRow.TimePrefix, after, limit, cancel);
            if (places.Count == 0) return false;
            var batch = new Batch();
            foreach (var row in await RowsAsync(places, cancel))
            {
                if (node is null || row.Node == node)
                    foreach (var key in row.Keys()) batch.Delete(key);
            }
            if (!batch.IsEmpty)
            {
                await store.CommitAsync(batch, cancel);
                return true;
            }
            after = places[^1];
        }
    }

    private async ValueTask<IReadOnlyList<IndexRow>> RowsAsync(IReadOnlyList<string> places, CancellationToken cancel)
    {
        var rows = new List<IndexRow>(places.Count);
        foreach (var entry in await store.Storage.GetManyAsync([.. places.Select(p => IndexRow.Key(IndexRow.TimePrefix, p))], cancel))
        {
            // One that is gone was swept meanwhile.
            if (entry is not null)
                rows.Add(JsonSerializer.Deserialize((await store.OpenAsync(entry, cancel)).Value, StoredJson.Default.IndexRow)!);
        }
        return rows;
    }

    private static bool Fits(IndexRow row, IndexQuestion question) =>
        (question.Path is not { } path || (path.EndsWith('*') ? row.Path.StartsWith(path[..^1], StringComparison.Ordinal) : row.Path == path))
        && (question.Entity is not { } entity || row.Actor?.EntityId == entity)
        && (question.Accessor is not { } accessor || row.Actor?.Accessor == accessor)
        && (question.Operation is not { } operation || row.Operation == operation)
        && (question.Since is not { } since || row.Time >= since)
        && (question.Until is not { } until || row.Time <= until);
}
