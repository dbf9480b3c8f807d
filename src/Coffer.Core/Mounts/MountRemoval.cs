using System.Text.Json;
using Coffer.Core.Leases;
using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Coffer.Core.Tokens;

namespace Coffer.Core.Mounts;

/// <summary>
/// Takes a mount away. One small commit hides it and leaves a due entry; then its leases and tokens are revoked, its path is freed, and
/// its entries are swept in slices: what a crash leaves, the due entry finishes.
/// </summary>
public sealed class MountRemoval(EntryStore store, LeaseStore leases, TokenRevoker revoker, Cluster.Node node, TimeProvider clock)
{
    private const string Prefix = "core/sweep/";
    private const int Page = 500;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(60);

    public void Begin(Transaction transaction, List<Mount> mounts, Mount mount)
    {
        mounts[mounts.FindIndex(m => m.Uuid == mount.Uuid)] = mount with { Tainted = true };
        MountTable.Save(transaction, mounts);
        transaction.Put(
            Key(mount.Uuid), JsonSerializer.SerializeToUtf8Bytes(mount, StoredJson.Default.Mount), new Due(DueClass.Sweep, clock.GetUtcNow() + Retry));
        transaction.AfterCommit(async cancel =>
        {
            // Nobody serves it any more when its leases and entries are swept: nothing is written behind the broom.
            await node.SettleAsync(store.LastCommit);
            await FinishAsync(mount, cancel);
        });
    }

    /// <summary>Goes on with a removal that was interrupted.</summary>
    public ValueTask ResumeAsync(Plain entry, CancellationToken cancel) =>
        FinishAsync(JsonSerializer.Deserialize(entry.Value, StoredJson.Default.Mount)!, cancel);

    /// <summary>Revokes all leases whose ids begin with a prefix; the reasons of those that could not be.</summary>
    public async ValueTask<IReadOnlyList<string>> RevokeLeasesAsync(NamespaceId space, string prefix, bool force, CancellationToken cancel)
    {
        var failures = new List<string>();
        string? after = null;
        while (await store.Storage.ScanAsync(space, LeaseStore.Prefix + prefix, after, Page, cancel) is { Count: > 0 } entries)
        {
            foreach (var entry in entries)
            {
                var id = entry.Key.Path[LeaseStore.Prefix.Length..];
                if (await leases.RevokeAsync(space, id, force, cancel) is { } failure) failures.Add($"{id}: {failure}");
            }
            after = entries[^1].Key.Path;
        }
        return failures;
    }

    /// <summary>Revokes all tokens that were made by paths with a prefix.</summary>
    public async ValueTask RevokeTokensAsync(NamespaceId space, string prefix, CancellationToken cancel)
    {
        string? after = null;
        while (await store.Storage.ScanAsync(space, TokenKeys.PathPrefix + prefix, after, Page, cancel) is { Count: > 0 } entries)
        {
            foreach (var entry in entries) await revoker.SweepAsync(space, entry.Key.Path[(entry.Key.Path.LastIndexOf('/') + 1)..], cancel);
            after = entries[^1].Key.Path;
        }
    }

    private async ValueTask FinishAsync(Mount mount, CancellationToken cancel)
    {
        await RevokeLeasesAsync(mount.Namespace, mount.Path, force: false, cancel);
        if (mount.Kind == MountKind.Auth) await RevokeTokensAsync(mount.Namespace, mount.Path, cancel);
        await FreePathAsync(mount, cancel);
        while (await store.Storage.ScanAsync(mount.Namespace, mount.Room, null, Page, cancel) is { Count: > 0 } entries)
        {
            var batch = new Batch();
            foreach (var entry in entries) batch.Delete(entry.Key);
            await store.CommitAsync(batch, cancel);
        }
        await store.CommitAsync(new Batch().Delete(Key(mount.Uuid)), cancel);
    }

    private async ValueTask FreePathAsync(Mount mount, CancellationToken cancel)
    {
        while (true)
        {
            var transaction = new Transaction(store, cancel);
            var mounts = await MountTable.ReadAsync(transaction);
            if (mounts.RemoveAll(m => m.Uuid == mount.Uuid) == 0) return;
            MountTable.Save(transaction, mounts);
            var result = await transaction.CommitAsync();
            if (!result.Committed) continue;
            await node.SettleAsync(result.Position);
            return;
        }
    }

    private static EntryKey Key(string uuid) => new(NamespaceId.Root, Prefix + uuid);
}
