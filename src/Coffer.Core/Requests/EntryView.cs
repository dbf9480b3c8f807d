using Coffer.Core.Storage;

namespace Coffer.Core.Requests;

/// <summary>
/// One mount's own entries within a transaction. Paths are relative to the mount's room. A write is checked at commit against the version
/// that was read here, so a handler reads, decides and writes as if it were alone.
/// </summary>
public sealed class EntryView(Transaction transaction, NamespaceId space, string room)
{
    /// <summary>The decrypted value, or null if absent.</summary>
    public async ValueTask<byte[]?> GetAsync(string path) => (await transaction.GetAsync(Key(path)))?.Value;

    /// <summary>The entry with its version and due time, or null if absent.</summary>
    public ValueTask<Plain?> FindAsync(string path) => transaction.GetAsync(Key(path));

    /// <summary>One level below <paramref name="prefix"/>: names, with <c>/</c> at the end of what has more below it.</summary>
    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, string? after = null, int limit = int.MaxValue) =>
        transaction.ListAsync(space, room + prefix, after, limit);

    /// <summary>Entries below <paramref name="prefix"/> in order; their paths are relative to the room.</summary>
    public async ValueTask<IReadOnlyList<(string Path, byte[] Value)>> ScanAsync(string prefix, string? after, int limit)
    {
        var found = await transaction.ScanAsync(space, room + prefix, after is null ? null : room + after, limit);
        return [.. found.Select(e => (e.Key.Path[room.Length..], e.Value))];
    }

    public void Put(string path, ReadOnlySpan<byte> value, Due? due = null) => transaction.Put(Key(path), value, due);

    public void Delete(string path) => transaction.Delete(Key(path));

    /// <summary>The part of this room below <paramref name="prefix"/>, which ends in <c>/</c>.</summary>
    public EntryView Below(string prefix) => new(transaction, space, room + prefix);

    private EntryKey Key(string path) => new(space, room + path);
}

/// <summary>A decrypted entry.</summary>
public sealed record Plain(EntryKey Key, byte[] Value, long Version, Due? Due)
{
    public override string ToString() => $"{Key} at {Version}";
}
