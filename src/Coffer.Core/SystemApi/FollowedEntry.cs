using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Coffer.Core.Storage;

namespace Coffer.Core.SystemApi;

/// <summary>One stored record that is needed at every request, kept ready and following changes by this node and by others.</summary>
/// <param name="none">What holds while nothing is stored, and while sealed.</param>
internal sealed class FollowedEntry<T>(EntryStore store, EntryKey key, JsonTypeInfo<T> json, T none) : IChangeListener
    where T : class
{
    private volatile T? current;

    public T Current => current ?? none;

    public EntryKey Key => key;

    public T Parse(byte[] value) => JsonSerializer.Deserialize(value, json)!;

    public byte[] Write(T value) => JsonSerializer.SerializeToUtf8Bytes(value, json);

    public async ValueTask LoadAsync(CancellationToken cancel) =>
        current = await store.GetAsync(key, cancel) is { } entry ? Parse(entry.Value) : null;

    public void Clear() => current = null;

    public async ValueTask ChangedAsync(IReadOnlyCollection<EntryKey> keys)
    {
        if (keys.Contains(key)) await LoadAsync(CancellationToken.None);
    }

    public ValueTask ResetAsync() => LoadAsync(CancellationToken.None);
}
