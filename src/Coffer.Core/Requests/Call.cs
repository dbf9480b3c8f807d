using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Policies;
using Coffer.Core.Tokens;

namespace Coffer.Core.Requests;

/// <summary>One run of a handler: what was asked, by whom, and the entries that it may read and write.</summary>
public sealed class Call : IDisposable
{
    private IDisposable? held;

    public required Request Request { get; init; }

    /// <summary>The typed fields of the path, body and query.</summary>
    public required Fields Fields { get; init; }

    public required Mount Mount { get; init; }

    /// <summary>The mount's own entries.</summary>
    public required EntryView Store { get; init; }

    /// <summary>All that this operation reads and writes; for the system's own handlers.</summary>
    public required Transaction Transaction { get; init; }

    /// <summary>The caller's token; null on unauthenticated paths.</summary>
    public Token? Token { get; init; }

    /// <summary>The caller's compiled policies; null on unauthenticated paths.</summary>
    public Acl? Acl { get; init; }

    /// <summary>The system's lease times, for replies that tell a duration without a lease.</summary>
    public SystemTtls Ttls { get; init; } = SystemTtls.Vault;

    public required TimeProvider Clock { get; init; }

    public CancellationToken Cancel { get; init; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Disposes <paramref name="resource"/> when this run has ended, its commit included. One a run.</summary>
    public void Hold(IDisposable resource) => held = resource;

    public void Dispose()
    {
        held?.Dispose();
        Fields.Dispose();
    }
}
