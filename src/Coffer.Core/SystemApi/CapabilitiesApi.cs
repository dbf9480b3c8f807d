using Coffer.Core.Policies;
using Coffer.Core.Requests;
using Coffer.Core.Tokens;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/capabilities*</c> and <c>sys/internal/ui/resultant-acl</c>: what a token may do.</summary>
internal sealed class CapabilitiesApi(TokenStore tokens, PolicyStore policies)
{
    private static readonly Field[] Fields =
    [
        Field.StringList("paths", "The paths to ask about."),
        Field.StringList("path", "One path; paths is the same."),
        Field.String("token", "The token to ask about."),
        Field.String("accessor", "The accessor of the token to ask about."),
    ];

    public IEnumerable<PathDescription> Paths =>
    [
        new("capabilities") { Summary = "What a token may do at paths.", Fields = Fields, Write = OfTokenAsync },
        new("capabilities-self") { Summary = "What the caller may do at paths.", Fields = Fields, Write = OfSelfAsync },
        new("capabilities-accessor") { Summary = "What the token with an accessor may do at paths.", Fields = Fields, Write = OfAccessorAsync },
        new("internal/ui/resultant-acl") { Summary = "All rules that hold for the caller.", Read = Resultant },
    ];

    private async ValueTask<Reply> OfTokenAsync(Call call)
    {
        var secret = call.Fields.String("token") ?? "";
        if (secret.Length == 0) return Reply.BadRequest("no token given");
        return await tokens.FindAsync(call.Request.Namespace, secret, call.Cancel) is { } token
            ? await AnswerAsync(call, token)
            : Reply.Refuse(403, "invalid token");
    }

    private async ValueTask<Reply> OfSelfAsync(Call call)
    {
        var secret = call.Fields.String("token");
        if (string.IsNullOrEmpty(secret)) return await AnswerAsync(call, call.Token!);
        return await OfTokenAsync(call);
    }

    private async ValueTask<Reply> OfAccessorAsync(Call call) =>
        await tokens.ReadByAccessorAsync(call.Transaction, call.Request.Namespace, call.Fields.String("accessor") ?? "") is { } token
            ? await AnswerAsync(call, token)
            : Reply.BadRequest("invalid accessor");

    private async ValueTask<Reply> AnswerAsync(Call call, Token token)
    {
        var paths = call.Fields.StringList("paths") ?? call.Fields.StringList("path") ?? [];
        if (paths.Count == 0) return Reply.BadRequest("paths must be supplied");
        var acl = await policies.AclOfAsync(token, call.Cancel);
        return Reply.Json(
            w =>
            {
                foreach (var path in paths.Distinct())
                {
                    w.WriteStartArray(path);
                    foreach (var name in acl.Capabilities(path)) w.WriteStringValue(name);
                    w.WriteEndArray();
                }
                if (paths.Count != 1 || paths[0] == "capabilities") return;
                w.WriteStartArray("capabilities"u8);
                foreach (var name in acl.Capabilities(paths[0])) w.WriteStringValue(name);
                w.WriteEndArray();
            },
            Envelope.CopiedToTop);
    }

    private static ValueTask<Reply> Resultant(Call call) => ValueTask.FromResult(Reply.Json(w =>
    {
        w.WriteBoolean("root"u8, call.Acl!.IsRoot);
        Group("exact_paths", PatternKind.Exact);
        Group("glob_paths", PatternKind.Prefix);
        Group("segment_wildcard_paths", PatternKind.Segments);

        void Group(string name, PatternKind kind)
        {
            w.WriteStartObject(name);
            foreach (var rule in call.Acl.Rules.Where(r => r.Kind == kind))
            {
                w.WriteStartObject(rule.Pattern.TrimEnd('*'));
                w.WriteStartArray("capabilities"u8);
                foreach (var capability in CapabilityNames.Of(rule.Capabilities)) w.WriteStringValue(capability);
                w.WriteEndArray();
                w.WriteEndObject();
            }
            w.WriteEndObject();
        }
    }));
}
