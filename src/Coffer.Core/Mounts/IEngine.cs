using Coffer.Core.Leases;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Mounts;

/// <summary>
/// Something that can be mounted: a table of operations, its kinds of lease, and what it does with its due entries. One instance serves
/// one mount and keeps no state of its own: what it knows is in its entries.
/// </summary>
public interface IEngine
{
    IReadOnlyList<PathDescription> Paths { get; }

    IReadOnlyList<LeaseKind> Leases => [];

    /// <summary>
    /// Looks at one of its entries whose time has come, in a transaction of its own; it writes or deletes the entry, or sets another due
    /// time. Null: the engine has no due entries.
    /// </summary>
    Func<DueCall, ValueTask>? Due => null;
}

/// <summary>A due entry as its engine sees it.</summary>
/// <param name="Path">Relative to the mount's room.</param>
public sealed record DueCall(DueClass Class, string Path, byte[] Value, EntryView Store, DateTimeOffset Now, CancellationToken Cancel)
{
    public override string ToString() => $"due {Class} {Path}";
}

public enum MountKind
{
    /// <summary>A secrets engine: <c>sys/mounts</c>.</summary>
    Secret,

    /// <summary>An auth method: <c>sys/auth</c>, below <c>auth/</c>.</summary>
    Auth,
}

/// <summary>One line of the registry: a type of engine that can be mounted.</summary>
/// <param name="Open">Makes the engine of one mount; it may look at <see cref="Mount.Options"/>.</param>
/// <param name="CheckOptions">What is wrong with a mount's options, or null; asked before the mount is made or tuned.</param>
public sealed record EngineType(
    string Name, MountKind Kind, string Summary, Func<Mount, IEngine> Open,
    Func<IReadOnlyDictionary<string, string>, string?>? CheckOptions = null)
{
    /// <summary>Made by Coffer itself, once: cannot be mounted, moved or unmounted (system, token, cubbyhole, identity).</summary>
    public bool Single { get; init; }
}
