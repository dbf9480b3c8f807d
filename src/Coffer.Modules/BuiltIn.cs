using Coffer.Core.Mounts;
using Coffer.Modules.Engines.Cubbyhole;
using Coffer.Modules.Engines.Kv;
using Coffer.Modules.Engines.Ssh;

namespace Coffer.Modules;

/// <summary>Everything that can be mounted or plugged in: one list for each kind, one line for each module.</summary>
public static class BuiltIn
{
    /// <summary>Secrets engines.</summary>
    public static IReadOnlyList<EngineType> Engines { get; } =
    [
        CubbyholeEngine.Type,
        KvTypes.Kv,
        SshEngine.Type,
    ];
}
