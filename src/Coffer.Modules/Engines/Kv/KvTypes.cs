using Coffer.Core.Mounts;

namespace Coffer.Modules.Engines.Kv;

/// <summary>Key/value secrets. The mount option <c>version</c> chooses: <c>1</c> keeps one value a path, <c>2</c> keeps versions.</summary>
public static class KvTypes
{
    public static EngineType Kv { get; } = new("kv", MountKind.Secret, "Key/value secrets, with or without versions", Open, CheckOptions);

    private static IEngine Open(Mount mount) => mount.Option("version") == "2" ? new VersionedKv() : new PlainKv();

    private static string? CheckOptions(IReadOnlyDictionary<string, string> options) =>
        !options.TryGetValue("version", out var version) || version is "1" or "2"
            ? null
            : $"invalid kv version \"{version}\": use 1 or 2";
}
