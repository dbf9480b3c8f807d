
namespace Coffer.Core.Storage;

/// <summary>Something that keeps what it derived from entries, and follows their changes by this node and by others.</summary>
public interface IChangeListener
{
    /// <summary>These entries have changed. Returns when nothing older is served any more: the change is acknowledged after that.</summary>
    ValueTask ChangedAsync(IReadOnlyCollection<EntryKey> keys);

    /// <summary>Anything may have changed (a restore, a pruned change log).</summary>
    ValueTask ResetAsync();
}
