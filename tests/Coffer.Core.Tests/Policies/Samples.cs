using System.Text.Json;
using Coffer.Core.Policies;

namespace Coffer.Core.Tests.Policies;

internal static class Samples
{
    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    public static Acl Compile(params string[] texts) =>
        Acl.Compile([.. texts.Select((text, i) => PolicyDocument.Parse($"p{i + 1}", text))]);

    public static string Rule(string path, params string[] capabilities) =>
        $"path \"{path}\" {{ capabilities = [{string.Join(", ", capabilities.Select(c => $"\"{c}\""))}] }}\n";

    public static Decision Decide(this Acl acl, string path, Capability needed, string? body = null, int? wrap = null, bool sudo = false) =>
        acl.Decide(new AclRequest(path, needed)
        {
            NeedsSudo = sudo,
            WrapTtl = wrap is null ? null : TimeSpan.FromSeconds(wrap.Value),
            Parameters = body is null ? null : () => JsonDocument.Parse(body).RootElement,
        });
}
