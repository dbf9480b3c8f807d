using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.Input;
using Coffer.Cli.Output;

namespace Coffer.Cli.Commands;

internal static class TokenCreateCommand
{
    private static readonly Option<string[]> Policy = Options.Many("policy", "A policy; may be given often.", "NAME");
    private static readonly Option<string?> Ttl = Options.Text("ttl", "Its first time to live, as 1h.", "TIME");
    private static readonly Option<string?> ExplicitMaxTtl = Options.Text("explicit-max-ttl", "It ends after this time, however often it is renewed.", "TIME");
    private static readonly Option<string?> Period = Options.Text("period", "Each renewal gives it this long, for ever.", "TIME");
    private static readonly Option<string?> Kind = Options.Choice("type", "service or batch.", "service", "batch");
    private static readonly Option<string?> Id = Options.Text("id", "The token itself, for those with sudo.", "TOKEN");
    private static readonly Option<string?> DisplayName = Options.Text("display-name", "The name in logs.", "NAME");
    private static readonly Option<string?> EntityAlias = Options.Text("entity-alias", "The alias whose entity it acts for.", "NAME");
    private static readonly Option<string?> Role = Options.Text("role", "Make it by this token role.", "NAME");
    private static readonly Option<string[]> Metadata = Options.Many("metadata", "A note, as key=value; may be given often.", "K=V");
    private static readonly Option<int?> UseLimit = Options.Number("use-limit", "How often it can be used.");
    private static readonly Option<bool> Orphan = Options.Flag("orphan", "It outlives the token that made it.");
    private static readonly Option<bool> Renewable = Options.Flag("renewable", "Whether it can be renewed; true unless -renewable=false.");
    private static readonly Option<bool> NoDefaultPolicy = Options.Flag("no-default-policy", "Leave out the policy \"default\".");

    public static Command Build() => Verb.Reply("create", "Make a token.", async (session, cancellation) =>
    {
        bool orphan = session.Get(Orphan);
        string? role = session.Get(Role);
        return session.ReplyOrDone(
            await session.Client.Tokens.CreateAsync(Settings(session), role, orphan && role is null, cancellation), "The token is made.");
    }, Policy, Ttl, ExplicitMaxTtl, Period, Kind, Id, DisplayName, EntityAlias, Role, Metadata, UseLimit, Orphan, Renewable, NoDefaultPolicy);

    private static JsonObject Settings(Session session)
    {
        var settings = new JsonObject();
        if (session.Get(Policy) is { Length: > 0 } policies)
            settings["policies"] = new JsonArray([.. policies.Select(policy => (JsonNode)policy)]);
        Text("ttl", Ttl);
        Text("explicit_max_ttl", ExplicitMaxTtl);
        Text("period", Period);
        Text("type", Kind);
        Text("id", Id);
        Text("display_name", DisplayName);
        Text("entity_alias", EntityAlias);
        if (session.Get(Metadata) is { Length: > 0 } notes)
            settings["meta"] = KeyValues.Parse(notes);
        if (session.Get(UseLimit) is { } uses)
            settings["num_uses"] = uses;
        if (session.Has(Renewable))
            settings["renewable"] = session.Get(Renewable);
        if (session.Get(NoDefaultPolicy))
            settings["no_default_policy"] = true;
        if (session.Get(Orphan) && session.Get(Role) is not null)
            settings["no_parent"] = true;
        return settings;

        void Text(string field, Option<string?> option)
        {
            if (session.Get(option) is { } value)
                settings[field] = value;
        }
    }
}
