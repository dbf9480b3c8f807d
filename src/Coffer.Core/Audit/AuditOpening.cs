using Coffer.Core.Storage;

namespace Coffer.Core.Audit;

/// <summary>Opens this node's log when the barrier is open: its keys are derived from the keyring, its checkpoints kept in the storage too.</summary>
internal sealed class AuditOpening(EntryStore store, AuditTrail trail, VaultOptions vault, TimeProvider clock)
{
    private const string NodeFile = "node";
    private readonly AuditLogOptions options = vault.Audit;

    public async ValueTask OpenAsync(CancellationToken cancel)
    {
        var node = NodeName();
        var barrier = store.Barrier;
        var cluster = vault.ClusterName.Length > 0 ? vault.ClusterName : Convert.ToHexStringLower(barrier.DeriveKey("audit/cluster", 8).Span);
        var origin = $"{cluster}/audit/{node}";
        var sinks = new AuditSinks(clock);
        var kept = new KeptCheckpoints(store);
        var log = await AuditLog.OpenAsync(
            options with { Signed = sinks.Publish }, kept.Signer(origin), barrier.DeriveKey($"audit/batches/{origin}", 32), kept, clock, cancel);
        trail.Open(log, new AuditHasher(barrier.DeriveKey("audit/values", 32).Span), sinks, node, clock);
    }

    /// <summary>The name stays with the directory: a new disk is a new origin.</summary>
    private string NodeName()
    {
        PrivateDirectory.Make(options.Directory);
        var file = Path.Combine(options.Directory, NodeFile);
        if (File.Exists(file)) return File.ReadAllText(file).Trim();
        var name = Ids.Base62Name(12).ToLowerInvariant();
        File.WriteAllText(file, name + "\n");
        return name;
    }
}
