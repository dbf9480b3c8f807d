using System.Security.Cryptography;
using Coffer.Core.Storage;
using Coffer.Formats.Snapshots;

namespace Coffer.Core.Snapshots;

/// <summary>Writes everything stored, as it is stored, as of one moment. The seal comes from a key that only this vault has.</summary>
internal sealed class SnapshotSave(EntryStore store, VaultOptions options, TimeProvider clock)
{
    private const int KeySize = 32;

    /// <exception cref="BarrierSealedException">Also where it is sealed before the end: what was written is no snapshot then.</exception>
    public async Task WriteAsync(Stream destination, CancellationToken cancel)
    {
        var barrier = store.Barrier;
        var header = new SnapshotHeader(
            ProductVersion.Current, barrier.ClusterId, options.ClusterName, clock.GetUtcNow(), barrier.Status.Term, store.Storage.Type);
        using var writer = await SnapshotWriter.BeginAsync(destination, header, cancel);
        await foreach (var entry in store.Storage.SnapshotAsync(cancel))
        {
            var due = entry.Due;
            await writer.AddAsync(
                new SnapshotEntry(entry.Key.Namespace.Value, entry.Key.Path, entry.Value, (byte)(due?.Class ?? 0), due?.At.UtcTicks ?? 0),
                entry.Version, cancel);
        }
        await writer.FinishAsync(digest => WithKey(barrier, key => HMACSHA256.HashData(key, digest.Span)), cancel);
    }

    /// <summary>Lends the key of this vault's snapshots.</summary>
    /// <exception cref="BarrierSealedException"/>
    public static T WithKey<T>(Barrier barrier, Func<byte[], T> use)
    {
        var key = barrier.DeriveKey("snapshot/seal", KeySize).ToArray();
        try
        {
            return use(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
