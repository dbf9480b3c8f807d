using Coffer.Core.Mounts;
using Coffer.Core.Requests;

namespace Coffer.Core.CofferApi;

/// <summary>The engine at <c>coffer/</c>: what Coffer has beyond Vault, ruled by the same policies. The tables of its rooms.</summary>
internal sealed class CofferEngine(IReadOnlyList<PathDescription> paths) : IEngine
{
    public const string Type = "coffer";
    public const string MountPath = "coffer/";

    public IReadOnlyList<PathDescription> Paths { get; } = paths;

    public static Mount NewMount() => MountPaths.New(MountPath, MountKind.Secret, Type) with { Description = "Coffer's own API" };
}
