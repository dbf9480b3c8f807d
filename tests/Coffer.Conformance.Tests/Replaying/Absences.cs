using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Coffer.Conformance.Tests.Replaying;

/// <summary>
/// What a replay must do without: mounts of a type that the server says it does not have, and everything that follows from them. Derived
/// from the type in the step that mounts and from the server's own catalog, so a step comes alive when its type is built.
/// </summary>
internal sealed partial class Absences
{
    /// <summary>System paths that a mount's path follows; those of auth methods continue with <c>auth/</c>.</summary>
    private static readonly string[] NamingMounts =
        ["sys/mounts/", "sys/internal/ui/mounts/", "sys/leases/lookup/", "sys/leases/revoke-prefix/", "sys/leases/revoke-force/"];

    /// <summary>Fields of a body that hold a mount's path, by the system path that takes them.</summary>
    private static readonly (string Path, string Field)[] FieldsNamingMounts =
        [("sys/remount", "from"), ("sys/remount", "to"), ("sys/quotas/", "path"), ("sys/leases/", "prefix")];

    private readonly Dictionary<string, string> mounts = [];
    private readonly Dictionary<string, string> variables = [];

    /// <summary>The type that a step mounts with success, and where (with a slash at its end); null for any other step.</summary>
    public static (string Path, string Type)? Mounting(Step step)
    {
        if (step.Method is not ("POST" or "PUT") || !step.Expect.IsSuccess || step.Body?["type"] is not JsonValue type)
            return null;
        var path = Below(step.Path, "sys/mounts/") ?? (Below(step.Path, "sys/auth/") is { } method ? "auth/" + method : null);
        return path is null || path.EndsWith("/tune", StringComparison.Ordinal) ? null : (path.TrimEnd('/') + "/", type.GetValue<string>());
    }

    public void Add(string mount, string type) => mounts[mount] = type;

    /// <summary>Why a step cannot be sent: the type that is missing; null where it can.</summary>
    public string? Reason(Step step)
    {
        if (MountNamed(step) is { } mount)
            return mounts[mount];
        var lost = Texts(step).SelectMany(t => Variable().Matches(t)).Select(m => m.Groups[1].Value).FirstOrDefault(variables.ContainsKey);
        return lost is null ? null : variables[lost];
    }

    /// <summary>The step was left out: what it would have saved is not there, and what it would have unmounted is gone.</summary>
    public void LeaveOut(Step step, string reason)
    {
        foreach (var name in step.Save.Keys)
            variables[name] = reason;
        if (step.Method == "DELETE" && step.Expect.IsSuccess && MountNamed(step) is { } mount && Named(step.Path).Contains(mount))
            mounts.Remove(mount);
    }

    public void Saved(string variable) => variables.Remove(variable);

    /// <summary>The expected body without the entries of absent mounts, at any depth.</summary>
    public JsonNode? Strip(JsonNode? body)
    {
        if (body is null || mounts.Count == 0)
            return body;
        var copy = body.DeepClone();
        StripFrom(copy);
        return copy;
    }

    private void StripFrom(JsonNode? node)
    {
        if (node is JsonObject fields)
        {
            foreach (var name in fields.Where(f => IsAbsentEntry(f.Key, f.Value)).Select(f => f.Key).ToList())
                fields.Remove(name);
            foreach (var (_, value) in fields)
                StripFrom(value);
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list.Where(i => i is JsonValue v && v.TryGetValue<string>(out var text) && mounts.ContainsKey(text)).ToList())
                list.Remove(item);
            foreach (var item in list)
                StripFrom(item);
        }
    }

    /// <summary>An entry of a table of mounts names its type; auth methods stand there without <c>auth/</c>.</summary>
    private bool IsAbsentEntry(string name, JsonNode? value) =>
        value is JsonObject entry && entry["type"] is JsonValue type
        && ((mounts.TryGetValue(name, out var engine) && type.GetValue<string>() == engine)
            || (mounts.TryGetValue("auth/" + name, out var method) && type.GetValue<string>() == method));

    private string? MountNamed(Step step)
    {
        var named = Named(step.Path).Concat(NamedInBody(step)).ToList();
        return mounts.Keys.FirstOrDefault(m => named.Any(n => n.StartsWith(m, StringComparison.Ordinal)));
    }

    /// <summary>The places below mounts that a path speaks of, each with a slash at its end.</summary>
    private static IEnumerable<string> Named(string path)
    {
        var bare = path.Split('?')[0];
        foreach (var prefix in NamingMounts)
            if (Below(bare, prefix) is { } mount)
                yield return mount.TrimEnd('/') + "/";
        if (Below(bare, "sys/auth/") is { } method)
            yield return "auth/" + method.TrimEnd('/') + "/";
        if (Below(bare, "") is { } own)
            yield return own.TrimEnd('/') + "/";
    }

    private static IEnumerable<string> NamedInBody(Step step) =>
        FieldsNamingMounts
            .Where(f => step.Path.StartsWith("/v1/" + f.Path, StringComparison.Ordinal) && step.Body is JsonObject)
            .Select(f => step.Body![f.Field] as JsonValue)
            .Where(v => v is not null && v.TryGetValue<string>(out _))
            .Select(v => v!.GetValue<string>().Trim('/') + "/");

    private static string? Below(string path, string prefix) =>
        path.StartsWith("/v1/" + prefix, StringComparison.Ordinal) ? path[("/v1/".Length + prefix.Length)..] : null;

    private static IEnumerable<string> Texts(Step step) =>
        [step.Path, step.Token ?? "", step.Headers.ToJsonString(), step.Body?.ToJsonString() ?? "", step.Raw ?? ""];

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Variable();
}
