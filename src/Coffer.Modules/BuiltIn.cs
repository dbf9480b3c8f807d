using System.Collections.Frozen;
using Coffer.Core.Mounts;
using Coffer.Modules.Engines.Cubbyhole;
using Coffer.Modules.Engines.Kv;
using Coffer.Modules.Engines.Ssh;

namespace Coffer.Modules;

/// <summary>Everything that can be mounted or plugged in: one list for each kind, one line for each module.</summary>
public static class BuiltIn
{
    /// <summary>Secrets engines, by the type that a mount names.</summary>
    public static FrozenDictionary<string, EngineType> Engines { get; } = ByName(
        CubbyholeEngine.Type,
        KvTypes.Generic,
        KvTypes.Kv,
        SshEngine.Type);

    private static FrozenDictionary<string, EngineType> ByName(params ReadOnlySpan<EngineType> types)
    {
        var byName = new Dictionary<string, EngineType>(StringComparer.Ordinal);
        foreach (var type in types) byName.Add(type.Name, type);
        return byName.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
