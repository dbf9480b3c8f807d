using System.Text.Json;
using Coffer.Core.Mounts;
using Coffer.Core.Policies;
using Coffer.Core.Requests;
using Coffer.Core.SystemApi;
using Coffer.Core.Tokens;

namespace Coffer.Core.CofferApi;

/// <summary><c>coffer/policy/explain</c>: why a token may or may not do a thing.</summary>
internal sealed class PolicyExplainApi(TokenStore tokens, PolicyStore policies, MountTable mounts)
{
    public IEnumerable<PathDescription> Paths =>
    [
        new("policy/explain")
        {
            Summary = "Why a token may or may not do something at a path: every rule that matches, and why one of them won.",
            Fields =
            [
                new("path", FieldKind.String, "The request's path, such as secret/data/app.") { Required = true },
                new("operation", FieldKind.String, "What is done there.")
                {
                    Default = "read", OneOf = ["create", "read", "update", "patch", "delete", "list"],
                },
                Field.Duration("wrap_ttl", "The wrapping asked for."),
                Field.String("token", "The token to ask about."),
                Field.String("accessor", "The accessor of the token to ask about; with neither, the caller's own."),
            ],
            Write = ExplainAsync,
        },
    ];

    private async ValueTask<Reply> ExplainAsync(Call call)
    {
        var fields = call.Fields;
        if (fields.Has("token") && fields.Has("accessor")) return Reply.BadRequest("give a token or an accessor, not both");
        var token = fields.String("token") is { } secret ? await tokens.FindAsync(call.Request.Namespace, secret, call.Cancel)
            : fields.String("accessor") is { } accessor ? await tokens.ReadByAccessorAsync(call.Transaction, call.Request.Namespace, accessor)
            : call.Token;
        if (token is null) return Reply.BadRequest("there is no such token, or it has expired or is revoked");

        var path = fields.Path("path").TrimStart('/');
        _ = CapabilityNames.TryParse(fields.String("operation") ?? "read", out var needed);
        if (needed == Capability.List && !path.EndsWith('/')) path += "/";
        var mounted = mounts.Route(path, out var relative);
        var served = mounted?.Paths.Match(relative)?.Path;
        var sudo = served is { Sudo: true };
        var acl = await policies.AclOfAsync(token, call.Cancel);
        var explanation = acl.Explain(path, needed, sudo, fields.Duration("wrap_ttl"));
        return Reply.Json(w =>
        {
            w.WriteString("accessor"u8, token.Accessor);
            w.WriteBoolean("allowed"u8, served is { Unauthenticated: true } || explanation.Decision.Allowed);
            w.WriteString("capability"u8, CapabilityNames.Of(needed)[0]);
            Considered(w, explanation);
            Dropped(w, explanation);
            w.WriteString("display_name"u8, token.DisplayName);
            w.WriteString("entity_id"u8, token.EntityId);
            w.WriteString("explanation"u8, served is { Unauthenticated: true } ? "allowed: the path is served without a token" : explanation.Decision.Describe());
            w.WriteString("mount"u8, mounted?.Mount.Path ?? "");
            w.WriteBoolean("needs_sudo"u8, sudo);
            w.WriteString("path"u8, path);
            JsonLists.Write(w, "policies", token.Policies);
            w.WriteString("reason"u8, Reason(explanation.Decision.Reason));
        });
    }

    private static void Considered(Utf8JsonWriter w, AclExplanation explanation)
    {
        w.WriteStartArray("considered"u8);
        foreach (var (rule, won, why) in explanation.Considered)
        {
            w.WriteStartObject();
            JsonLists.Write(w, "capabilities", CapabilityNames.Of(rule.Capabilities));
            w.WriteBoolean("checks_parameters"u8, rule.ChecksParameters);
            w.WriteNumber("max_wrapping_ttl"u8, (long)rule.MaxWrappingTtl.TotalSeconds);
            w.WriteNumber("min_wrapping_ttl"u8, (long)rule.MinWrappingTtl.TotalSeconds);
            w.WriteString("pattern"u8, rule.Pattern);
            w.WriteStartArray("sources"u8);
            foreach (var source in rule.Sources)
            {
                w.WriteStartObject();
                JsonLists.Write(w, "capabilities", CapabilityNames.Of(source.Capabilities));
                w.WriteNumber("line"u8, source.Line);
                w.WriteString("policy"u8, source.Policy);
                w.WriteEndObject();
            }
            w.WriteEndArray();
            w.WriteString("why"u8, why);
            w.WriteBoolean("won"u8, won);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    private static void Dropped(Utf8JsonWriter w, AclExplanation explanation)
    {
        w.WriteStartArray("dropped"u8);
        foreach (var rule in explanation.Dropped)
        {
            w.WriteStartObject();
            w.WriteNumber("line"u8, rule.Line);
            w.WriteString("path"u8, rule.Path);
            w.WriteString("policy"u8, rule.Policy);
            w.WriteString("problem"u8, rule.Problem);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    private static string Reason(DecisionReason reason) => JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());
}
