using Coffer.Core.Requests;

namespace Coffer.Core.Leases;

/// <summary>Revokes leases whose time has come, and tries again those whose revocation failed.</summary>
internal sealed class ExpiredLeases(LeaseStore leases, TimeProvider clock)
{
    public async ValueTask HandleAsync(Plain entry, CancellationToken cancel)
    {
        var lease = LeaseStore.Parse(entry.Value);
        if (lease.Revoking || lease.Expires <= clock.GetUtcNow()) await leases.RevokeAsync(entry.Key.Namespace, lease.Id, force: false, cancel);
        else await leases.RescheduleAsync(entry, lease, cancel);
    }
}
