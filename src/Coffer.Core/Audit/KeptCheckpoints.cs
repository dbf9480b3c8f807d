using System.Text;
using Coffer.Core.Storage;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>Checkpoints in the shared storage, where who can write a node's disk can't reach them, and the keys that sign them.</summary>
internal sealed class KeptCheckpoints(EntryStore store) : ICheckpointStore
{
    /// <summary>Below it, the last checkpoint of each node's log.</summary>
    public const string Prefix = "core/audit-checkpoint/";

    public async ValueTask<string?> LastAsync(string origin, CancellationToken cancel) =>
        await store.GetAsync(Key(origin), cancel) is { } entry ? Encoding.UTF8.GetString(entry.Value) : null;

    public async ValueTask KeepAsync(string origin, string signedCheckpoint, CancellationToken cancel)
    {
        var batch = new Batch();
        try
        {
            store.Seal(batch, Key(origin), Encoding.UTF8.GetBytes(signedCheckpoint));
        }
        catch (BarrierSealedException)
        {
            // What is stored may be another vault's now: the checkpoint stays in this log's own directory.
            return;
        }
        await store.CommitAsync(batch, cancel);
    }

    /// <summary>The last checkpoint kept of each log, by origin.</summary>
    public async ValueTask<IReadOnlyDictionary<string, string>> AllAsync(CancellationToken cancel) =>
        (await store.ScanAsync(NamespaceId.Root, Prefix, null, int.MaxValue, cancel))
            .ToDictionary(e => e.Key.Path[Prefix.Length..], e => Encoding.UTF8.GetString(e.Value));

    /// <summary>The signing key of a log, which every unsealed node can derive.</summary>
    public NoteSigner Signer(string origin) => new(origin, store.Barrier.DeriveKey($"audit/signing/{origin}", 32).Span);

    public NoteVerifier Verifier(string origin)
    {
        using var signer = Signer(origin);
        return signer.Verifier;
    }

    private static EntryKey Key(string origin) => new(NamespaceId.Root, Prefix + origin);
}
