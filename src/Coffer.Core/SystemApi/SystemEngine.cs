using Coffer.Core.Mounts;
using Coffer.Core.Requests;

namespace Coffer.Core.SystemApi;

/// <summary>The engine at <c>sys/</c>: the tables of its rooms, one after the other.</summary>
internal sealed class SystemEngine(IReadOnlyList<PathDescription> paths) : IEngine
{
    public const string Type = "system";

    public IReadOnlyList<PathDescription> Paths { get; } = paths;
}
