using Coffer.Core.Mounts;
using Coffer.Core.Policies;
using Coffer.Core.Requests;
using Coffer.Core.Tokens;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/internal/ui/mounts</c>: what the user interface lists, and the preflight by which clients tell kv v1 from v2.</summary>
internal sealed class UiApi(MountTable table, TokenStore tokens, PolicyStore policies)
{
    public IEnumerable<PathDescription> Paths =>
    [
        new("internal/ui/mounts") { Summary = "Lists the mounts that the caller may see; anybody sees those with listing_visibility=unauth.", Unauthenticated = true, Read = ListAsync },
        new("internal/ui/mounts/{path*}") { Summary = "Shows the mount that serves a path, to those who may do something there.", Unauthenticated = true, Read = FindAsync },
    ];

    private async ValueTask<Reply> ListAsync(Call call)
    {
        var (acl, refusal) = await AclAsync(call);
        if (refusal is not null) return refusal;
        return Reply.Json(w =>
        {
            foreach (var (name, kind) in (ReadOnlySpan<(string, MountKind)>)[("auth", MountKind.Auth), ("secret", MountKind.Secret)])
            {
                w.WriteStartObject(name);
                foreach (var mounted in table.All.Where(m => m.Mount.Kind == kind && !m.Mount.Tainted))
                {
                    var mount = mounted.Mount;
                    var open = mount.Config.ListingVisibility == "unauth";
                    if (!open && (acl is null || !acl.GrantsUnder(mount.Path))) continue;
                    w.WriteStartObject(kind == MountKind.Auth ? mount.Path["auth/".Length..] : mount.Path);
                    if (acl is null)
                    {
                        w.WriteString("description"u8, mount.Description);
                        MountJson.Options(w, mount);
                        w.WriteString("type"u8, mount.Type);
                    }
                    else
                    {
                        MountJson.Write(w, mount);
                    }
                    w.WriteEndObject();
                }
                w.WriteEndObject();
            }
        });
    }

    private async ValueTask<Reply> FindAsync(Call call)
    {
        var path = call.Fields.Path("path").TrimEnd('/') + "/";
        var (acl, _) = await AclAsync(call);
        var mounted = table.Route(path, out var below);
        if (acl is null || mounted is null || mounted.Mount.Tainted || (!acl.GrantsUnder(mounted.Mount.Path) && !acl.GrantsUnder(path) && !Reaches(acl, path)))
            return Reply.Refuse(403, $"preflight capability check returned 403, please ensure client's policies grant access to path \"{path}\"");
        return Reply.Json(w =>
        {
            w.WriteString("path"u8, mounted.Mount.Path);
            MountJson.Write(w, mounted.Mount);
        });
    }

    private static bool Reaches(Acl acl, string path) => acl.Capabilities(path) is not ["deny"];

    private async ValueTask<(Acl? Acl, Reply? Refusal)> AclAsync(Call call)
    {
        if (string.IsNullOrEmpty(call.Request.Token)) return (null, null);
        if (await tokens.FindAsync(call.Request.Namespace, call.Request.Token, call.Cancel) is not { } token || !TokenStore.IsFrom(token, call.Request.Client))
            return (null, Reply.Refuse(403, "permission denied"));
        return (await policies.AclOfAsync(token, call.Cancel), null);
    }
}
