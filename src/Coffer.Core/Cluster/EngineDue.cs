using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Cluster;

/// <summary>Hands an engine its own due entries, each in a transaction that requires the claim's fence.</summary>
internal sealed class EngineDue(EntryStore store, MountTable mounts, TimeProvider clock)
{
    private const string Rooms = "mount/";

    public async ValueTask HandleAsync(Plain entry, CancellationToken cancel)
    {
        var path = entry.Key.Path;
        var slash = path.IndexOf('/', Rooms.Length);
        if (!path.StartsWith(Rooms, StringComparison.Ordinal) || slash < 0) return;
        if (mounts.ByUuid(path[Rooms.Length..slash]) is not { Mount.Tainted: false } mounted || mounted.Engine.Due is not { } due) return;
        var transaction = new Transaction(store, cancel);
        transaction.Require(entry.Key, entry.Version);
        var view = new EntryView(transaction, entry.Key.Namespace, mounted.Mount.Room);
        await due(new DueCall(entry.Due?.Class ?? DueClass.Kv, path[(slash + 1)..], entry.Value, view, clock.GetUtcNow(), cancel));
        // A conflict means that somebody wrote the entry meanwhile, with a due time of its own.
        await transaction.CommitAsync();
    }
}
