using Coffer.Core.Mounts;
using Coffer.Core.Requests;

namespace Coffer.Modules.Tests;

/// <summary>The least engine there can be: it answers with the path that was asked.</summary>
internal sealed class EchoEngine : IEngine
{
    public static readonly EngineType Type = new("echo", MountKind.Secret, "Answers with the path.", _ => new EchoEngine());

    public IReadOnlyList<PathDescription> Paths =>
    [
        new("{path*}") { Summary = "Answers with the path.", Read = Echo, List = Echo, Write = Echo, Delete = Echo },
    ];

    private static ValueTask<Reply> Echo(Call call) => ValueTask.FromResult(Reply.Json(w => w.WriteString("path"u8, call.Fields.Path("path"))));
}
