using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/mounts</c>, <c>sys/auth</c> and <c>sys/remount</c>.</summary>
internal sealed class MountsApi(MountTable table, MountRemoval removal, SystemTtls ttls)
{
    private static readonly Field[] MountFields =
    [
        Field.String("type", "The type of engine, such as \"kv\"."),
        Field.String("description", "For people."),
        Field.Map("config", "Settings: lease times, listing visibility and the like."),
        Field.StringMap("options", "Options of the engine, such as version=2 for kv."),
        Field.Boolean("local", "Not replicated; shown as it is set."),
        Field.Boolean("seal_wrap", "Shown as it is set: every entry is encrypted by the barrier."),
        Field.Boolean("external_entropy_access", "Shown as it is set."),
    ];

    public IEnumerable<PathDescription> Paths =>
    [
        .. Group("mounts", MountKind.Secret), .. Group("auth", MountKind.Auth),
        new("remount")
        {
            Summary = "Moves a secrets engine to another path.",
            Fields = [Field.String("from", "The present path."), Field.String("to", "The new path.")],
            Sudo = true,
            Write = RemountAsync,
        },
    ];

    private IEnumerable<PathDescription> Group(string name, MountKind kind)
    {
        var auth = kind == MountKind.Auth;
        yield return new(name)
        {
            Summary = auth ? "Lists the auth methods." : "Lists the secrets engines.",
            Read = _ => ValueTask.FromResult(Listing(kind)),
        };
        yield return new($"{name}/{{path*}}/tune")
        {
            Summary = "Reads or changes the settings of a mount.",
            Fields = [Field.String("description", "For people."), Field.StringMap("options", "Options of the engine."), .. MountTuning.Fields],
            Sudo = auth,
            Read = call => ValueTask.FromResult(ReadTuning(Path(call, kind))),
            Write = call => TuneAsync(call, Path(call, kind)),
        };
        yield return new($"{name}/{{path*}}")
        {
            Summary = auth ? "Enables, shows or disables an auth method." : "Mounts, shows or unmounts a secrets engine.",
            Fields = MountFields,
            Sudo = auth,
            Read = call => ValueTask.FromResult(ReadOne(Path(call, kind))),
            Write = call => EnableAsync(call, Path(call, kind), kind),
            Delete = call => DisableAsync(call, Path(call, kind)),
        };
    }

    /// <summary>The full mount path; <c>sys/mounts/auth/x/tune</c> may name an auth mount too.</summary>
    private static string Path(Call call, MountKind kind)
    {
        var path = call.Fields.Path("path").TrimEnd('/') + "/";
        return kind == MountKind.Auth ? "auth/" + path : path;
    }

    private Reply Listing(MountKind kind) => Reply.Json(
        w =>
        {
            foreach (var mounted in table.All.Where(m => m.Mount.Kind == kind && !m.Mount.Tainted))
            {
                w.WriteStartObject(kind == MountKind.Auth ? mounted.Mount.Path["auth/".Length..] : mounted.Mount.Path);
                MountJson.Write(w, mounted.Mount);
                w.WriteEndObject();
            }
        },
        Envelope.CopiedToTop);

    private Reply ReadOne(string path) => table.At(path) is { } mounted
        ? Reply.Json(w => MountJson.Write(w, mounted.Mount), Envelope.CopiedToTop)
        : Reply.BadRequest($"no mount at \"{path}\"");

    private Reply ReadTuning(string path) => table.At(path) is { } mounted
        ? Reply.Json(w => MountJson.WriteTuning(w, mounted.Mount, ttls), Envelope.CopiedToTop)
        : Reply.BadRequest($"cannot fetch sysview for path \"{path}\": there is no mount");

    private async ValueTask<Reply> TuneAsync(Call call, string path)
    {
        var mounts = await MountTable.ReadAsync(call.Transaction);
        var at = mounts.FindIndex(m => m.Path == path);
        if (at < 0) return Reply.BadRequest($"tune of path \"{path}\" failed: no mount entry found");
        var mount = mounts[at];
        var config = MountTuning.Apply(mount.Config, call.Fields, mount.Kind, ttls, out var refusal);
        if (refusal is not null) return Reply.BadRequest(refusal);
        var options = mount.Options;
        if (call.Fields.StringMap("options") is { } given)
        {
            var merged = new Dictionary<string, string>(options ?? new Dictionary<string, string>());
            foreach (var (name, value) in given) merged[name] = value;
            // The two kv versions keep secrets in different entries: what is there would be out of sight.
            if (merged.GetValueOrDefault("version") is { } version && version != (mount.Option("version") ?? "1"))
                return Reply.BadRequest("the version of a mount cannot be changed: mount another and copy the secrets");
            if (table.TypeOf(mount.Type, mount.Kind)?.CheckOptions?.Invoke(merged) is { } wrong) return Reply.BadRequest(wrong);
            options = merged;
        }
        mounts[at] = mount with { Config = config, Options = options, Description = call.Fields.String("description") ?? mount.Description };
        MountTable.Save(call.Transaction, mounts);
        return Reply.Empty();
    }

    private async ValueTask<Reply> EnableAsync(Call call, string path, MountKind kind)
    {
        if (MountPaths.Refusal(path, kind) is { } refused) return Reply.BadRequest(refused);
        var name = call.Fields.String("type") ?? "";
        if (name.Length == 0) return Reply.BadRequest("backend type must be specified as a string");
        var options = call.Fields.StringMap("options") ?? new Dictionary<string, string>();
        if (kind == MountKind.Secret && name is "kv-v1" or "kv-v2" or "generic")
        {
            options = new Dictionary<string, string>(options) { ["version"] = name == "kv-v2" ? "2" : "1" };
            name = "kv";
        }
        if (table.TypeOf(name, kind) is not { } type) return Reply.BadRequest($"plugin not found in the catalog: {name}");
        if (type.Single)
            return Reply.BadRequest(kind == MountKind.Auth ? $"{name} credential backend cannot be instantiated" : $"mount type of \"{name}\" is not mountable");
        using var nested = MountTuning.Nested(call.Fields.Json("config"), out var refusal);
        if (nested is null) return Reply.BadRequest(refusal!);
        var config = MountTuning.Apply(new MountConfig(), nested, kind, ttls, out refusal);
        refusal ??= type.CheckOptions?.Invoke(options);
        if (refusal is not null) return Reply.BadRequest(refusal);

        var mounts = await MountTable.ReadAsync(call.Transaction);
        if (mounts.Find(m => MountPaths.Overlap(m.Path, path)) is { } taken) return Reply.BadRequest($"path is already in use at {taken.Path}");
        mounts.Add(MountPaths.New(path, kind, name) with
        {
            Description = call.Fields.String("description") ?? "",
            Options = options,
            Config = config,
            Local = call.Fields.Boolean("local") ?? false,
            SealWrap = call.Fields.Boolean("seal_wrap") ?? false,
            ExternalEntropyAccess = call.Fields.Boolean("external_entropy_access") ?? false,
        });
        MountTable.Save(call.Transaction, mounts);
        return Reply.Empty();
    }

    private async ValueTask<Reply> DisableAsync(Call call, string path)
    {
        if (path == "auth/token/") return Reply.BadRequest("token credential backend cannot be disabled");
        var mounts = await MountTable.ReadAsync(call.Transaction);
        if (mounts.Find(m => m.Path == path) is not { } mount) return Reply.Empty();
        if (table.TypeOf(mount.Type, mount.Kind) is { Single: true }) return Reply.BadRequest($"cannot unmount \"{path}\"");
        removal.Begin(call.Transaction, mounts, mount);
        return Reply.Empty();
    }

    private async ValueTask<Reply> RemountAsync(Call call)
    {
        var from = (call.Fields.String("from") ?? "").Trim('/') + "/";
        var to = (call.Fields.String("to") ?? "").Trim('/') + "/";
        var mounts = await MountTable.ReadAsync(call.Transaction);
        var at = mounts.FindIndex(m => m.Path == from);
        if (at >= 0 && table.TypeOf(mounts[at].Type, mounts[at].Kind) is { Single: true }) return Reply.BadRequest($"cannot remount \"{from}\"");
        if (at < 0) return Reply.BadRequest($"no matching mount at \"{from}\"");
        if (mounts[at].Kind == MountKind.Auth != to.StartsWith("auth/", StringComparison.Ordinal))
            return Reply.BadRequest("a secrets engine can't become an auth method, nor the other way round");
        if (MountPaths.Refusal(to, mounts[at].Kind) is { } refused) return Reply.BadRequest(refused);
        if (mounts.Find(m => m.Path != from && MountPaths.Overlap(m.Path, to)) is { } taken)
            return Reply.BadRequest($"existing mount at \"{taken.Path}\"");
        var moved = mounts[at];
        mounts[at] = moved with { Path = to };
        MountTable.Save(call.Transaction, mounts);
        // Leases carry the old path in their ids: as in Vault they end with the move.
        call.Transaction.AfterCommit(async cancel => await removal.RevokeLeasesAsync(moved.Namespace, from, force: false, cancel));
        return Reply.Empty();
    }
}
