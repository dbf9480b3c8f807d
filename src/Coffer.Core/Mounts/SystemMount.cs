using Coffer.Core.Requests;

namespace Coffer.Core.Mounts;

/// <summary><c>sys/</c> as it answers while the mount table can't be read: its paths that work while sealed.</summary>
public sealed class SystemMount(IEngine engine)
{
    public Mounted Mounted { get; } = new(
        new Mount { Path = "sys/", Type = "system", Uuid = "", Accessor = "" }, engine, new PathTable(engine.Paths));
}
