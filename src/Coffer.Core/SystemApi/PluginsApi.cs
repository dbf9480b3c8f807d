using Coffer.Core.Mounts;
using Coffer.Core.Requests;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/plugins/catalog</c>: the engines of this build. All are built in; none can be registered.</summary>
internal sealed class PluginsApi(MountTable mounts, VaultOptions options)
{
    private static readonly string[] Kinds = ["auth", "database", "secret"];

    public IEnumerable<PathDescription> Paths =>
    [
        new("plugins/catalog") { Summary = "Lists the engines that can be mounted.", Sudo = true, Read = All, List = All },
        new("plugins/catalog/{type}") { Summary = "Lists the engines of one kind: auth, database or secret.", Sudo = true, List = OfKind },
        new("plugins/catalog/{type}/{name}") { Summary = "Shows an engine that can be mounted.", Sudo = true, Read = One },
    ];

    private ValueTask<Reply> All(Call call) => ValueTask.FromResult(Reply.Json(w =>
    {
        foreach (var kind in Kinds) JsonLists.Write(w, kind, Names(kind));
        w.WriteStartArray("detailed"u8);
        foreach (var kind in Kinds)
        {
            foreach (var name in Names(kind))
            {
                w.WriteStartObject();
                w.WriteBoolean("builtin"u8, true);
                w.WriteString("deprecation_status"u8, "supported");
                w.WriteString("name"u8, name);
                w.WriteString("type"u8, kind);
                w.WriteString("version"u8, Version);
                w.WriteEndObject();
            }
        }
        w.WriteEndArray();
    }));

    private ValueTask<Reply> OfKind(Call call)
    {
        var kind = call.Fields.Path("type");
        return ValueTask.FromResult(Kinds.Contains(kind) ? Reply.Keys([.. Names(kind)]) : Reply.BadRequest($"unknown plugin type \"{kind}\""));
    }

    private ValueTask<Reply> One(Call call)
    {
        var (kind, name) = (call.Fields.Path("type"), call.Fields.Path("name"));
        if (!Names(kind).Contains(name)) return ValueTask.FromResult(Reply.NotFound());
        return ValueTask.FromResult(Reply.Json(w =>
        {
            JsonLists.Write(w, "args", []);
            w.WriteBoolean("builtin"u8, true);
            w.WriteString("command"u8, "");
            w.WriteString("deprecation_status"u8, "supported");
            w.WriteString("name"u8, name);
            w.WriteString("sha256"u8, "");
            w.WriteString("version"u8, Version);
        }));
    }

    private string Version => $"v{options.ApiVersion}+builtin.coffer";

    // No engine makes database credentials by plugins, so that kind is empty.
    private IEnumerable<string> Names(string kind) => mounts.Types
        .Where(t => !t.Single && kind == (t.Kind == MountKind.Auth ? "auth" : "secret")).Select(t => t.Name).Order(StringComparer.Ordinal);
}
