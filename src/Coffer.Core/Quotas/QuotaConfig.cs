namespace Coffer.Core.Quotas;

/// <summary>What holds for all quotas: <c>sys/quotas/config</c>.</summary>
/// <param name="ExemptPaths">Never limited: exact paths, or all that begin with what stands before a <c>*</c> at the end.</param>
public sealed record QuotaConfig(IReadOnlyList<string> ExemptPaths)
{
    /// <summary>What it takes to find out about a server, and to unseal it, works under any load.</summary>
    public static readonly QuotaConfig Default = new(
    [
        "sys/generate-recovery-token/attempt", "sys/generate-recovery-token/update", "sys/generate-root/attempt", "sys/generate-root/update",
        "sys/health", "sys/seal-status", "sys/unseal",
    ]);

    internal bool Exempts(string path)
    {
        foreach (var exempt in ExemptPaths)
        {
            if (exempt.EndsWith('*') ? path.AsSpan().StartsWith(exempt.AsSpan(0, exempt.Length - 1)) : path == exempt) return true;
        }
        return false;
    }
}
