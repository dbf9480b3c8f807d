using Coffer.Core.Storage;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>Opens this node's log when the barrier is open: its keys are derived from the keyring, its checkpoints kept in the storage too.</summary>
internal sealed class AuditOpening(EntryStore store, AuditTrail trail, VaultOptions vault, TimeProvider clock)
{
    private const string NodeFile = "node";
    private const string ClusterFile = "cluster";
    private const string TilesFolder = "tile";
    private readonly AuditLogOptions options = vault.Audit;

    public async ValueTask OpenAsync(CancellationToken cancel)
    {
        var barrier = store.Barrier;
        SetAsideOthers(barrier.ClusterId);
        var node = NodeName();
        var cluster = vault.ClusterName.Length > 0 ? vault.ClusterName : barrier.ClusterId;
        var origin = $"{cluster}/audit/{node}";
        var sinks = new AuditSinks(clock);
        var kept = new KeptCheckpoints(store);
        var log = await AuditLog.OpenAsync(
            options with { Signed = sinks.Publish }, kept.Signer(origin), barrier.DeriveKey($"audit/batches/{origin}", 32), kept, clock, cancel);
        trail.Open(log, new AuditHasher(barrier.DeriveKey("audit/values", 32).Span), sinks, node, clock);
    }

    /// <summary>
    /// After another vault's snapshot was restored, the log here is of a vault that this one is not. It is kept, in a folder of its own,
    /// and a new origin begins. The name of the vault moves last, so a move that was broken off goes on.
    /// </summary>
    private void SetAsideOthers(string cluster)
    {
        PrivateDirectory.Make(options.Directory);
        var file = Path.Combine(options.Directory, ClusterFile);
        var other = File.Exists(file) ? File.ReadAllText(file).Trim() : cluster;
        if (other != cluster)
        {
            var number = 1;
            string aside;
            do aside = Path.Combine(options.Directory, $"earlier-{number++}");
            while (File.Exists(Path.Combine(aside, ClusterFile)));
            PrivateDirectory.Make(aside);
            foreach (var name in (string[])[LogLayout.EntriesDirectory, TilesFolder, LogLayout.CheckpointFile, NodeFile, ClusterFile])
            {
                var path = Path.Combine(options.Directory, name);
                if (Path.Exists(path)) Directory.Move(path, Path.Combine(aside, name));
            }
        }
        if (!File.Exists(file)) File.WriteAllText(file, cluster + "\n");
    }

    /// <summary>The name stays with the directory: a new disk is a new origin.</summary>
    private string NodeName()
    {
        var file = Path.Combine(options.Directory, NodeFile);
        if (File.Exists(file)) return File.ReadAllText(file).Trim();
        var name = Ids.Base62Name(12).ToLowerInvariant();
        File.WriteAllText(file, name + "\n");
        return name;
    }
}
