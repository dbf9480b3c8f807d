using Coffer.Core.Requests;

namespace Coffer.Core.Leases;

/// <summary>A kind of lease that an engine grants, and what ends or prolongs it.</summary>
/// <param name="Name">Stored with each lease: never renamed.</param>
/// <param name="Revoke">
/// Undoes what the lease stands for. Runs at least once, in a transaction that also removes the lease; a refusal or an exception keeps
/// the lease for another try.
/// </param>
/// <param name="Renew">May shorten the renewal by returning another grant; null: renewable without asking the engine.</param>
public sealed record LeaseKind(string Name, Func<LeaseCall, ValueTask<Reply>> Revoke, Func<LeaseCall, ValueTask<LeaseGrant>>? Renew = null);

/// <summary>A lease operation as its engine sees it.</summary>
/// <param name="Internal">The JSON given with the grant.</param>
/// <param name="Store">The mount's own entries, committed with the lease's.</param>
public sealed record LeaseCall(string LeaseId, ReadOnlyMemory<byte> Internal, EntryView Store, TimeSpan Increment, CancellationToken Cancel)
{
    public override string ToString() => $"lease {LeaseId}";
}
