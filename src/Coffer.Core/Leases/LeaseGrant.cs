namespace Coffer.Core.Leases;

/// <summary>
/// What an engine wants leased. The pipeline caps the times by the mount's and the system's, makes the lease entry in the operation's own
/// batch, and calls the engine's <see cref="LeaseKind"/> of this name to renew and revoke.
/// </summary>
/// <param name="Kind">The name of one of the engine's lease kinds.</param>
/// <param name="Ttl">Zero: the mount's default.</param>
/// <param name="MaxTtl">Zero: the mount's maximum.</param>
/// <param name="Internal">JSON that the engine gets back at renewal and revocation: never shown.</param>
public sealed record LeaseGrant(string Kind, TimeSpan Ttl, TimeSpan MaxTtl, bool Renewable, ReadOnlyMemory<byte> Internal)
{
    public override string ToString() => $"lease of kind {Kind}";
}
