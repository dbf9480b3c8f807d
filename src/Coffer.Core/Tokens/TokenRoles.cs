using System.Text.Json;
using System.Text.RegularExpressions;
using Coffer.Core.Policies;
using Coffer.Core.Requests;

namespace Coffer.Core.Tokens;

/// <summary><c>auth/token/roles</c>.</summary>
internal sealed partial class TokenRoles
{
    private const string Prefix = "roles/";

    private static readonly Field[] Fields =
    [
        Field.StringList("allowed_policies", "Policies that tokens may have; empty for the caller's own."),
        Field.StringList("disallowed_policies", "Policies that tokens may not have."),
        Field.StringList("allowed_policies_glob", "The same by patterns with *."),
        Field.StringList("disallowed_policies_glob", "The same by patterns with *."),
        Field.StringList("allowed_entity_aliases", "Aliases that may be asked for; * stands for anything."),
        Field.Boolean("orphan", "Tokens have no parent."),
        Field.Boolean("renewable", "Tokens can be renewed; default true."),
        Field.String("path_suffix", "Added to the path of tokens, for revocation by prefix."),
        Field.Duration("period", "Tokens are periodic; token_period is the same."),
        Field.Duration("token_period", "Tokens are periodic."),
        Field.Duration("explicit_max_ttl", "token_explicit_max_ttl is the same."),
        Field.Duration("token_explicit_max_ttl", "How long tokens live with all renewals."),
        Field.Integer("token_num_uses", "Requests that a token may make."),
        Field.Boolean("token_no_default_policy", "Leaves out the default policy."),
        Field.StringList("token_bound_cidrs", "Addresses from which tokens may be used."),
        Field.StringList("bound_cidrs", "token_bound_cidrs is the same."),
        Field.String("token_type", "service, batch, default-service or default-batch."),
    ];

    public IEnumerable<PathDescription> Paths =>
    [
        new("roles") { Summary = "Lists the token roles.", List = async call => Reply.Keys(await call.Store.ListAsync(Prefix)) },
        new("roles/{role_name}")
        {
            Summary = "Reads, writes or deletes a token role.",
            Fields = Fields,
            Exists = async call => await call.Store.GetAsync(Prefix + call.Fields.Path("role_name")) is not null,
            Read = async call => await ReadAsync(call, call.Fields.Path("role_name")) is { } role ? Show(role) : Reply.NotFound(),
            Write = WriteAsync,
            Delete = call =>
            {
                call.Store.Delete(Prefix + call.Fields.Path("role_name"));
                return ValueTask.FromResult(Reply.Empty());
            },
        },
    ];

    public static async ValueTask<TokenRole?> ReadAsync(Call call, string name) =>
        await call.Store.GetAsync(Prefix + name) is { } json ? JsonSerializer.Deserialize(json, StoredJson.Default.TokenRole) : null;

    /// <summary>Whether a name fits a pattern in which <c>*</c> stands for anything.</summary>
    public static bool Fits(string pattern, string name)
    {
        var parts = pattern.ToLowerInvariant().Split('*');
        name = name.ToLowerInvariant();
        if (parts.Length == 1) return parts[0] == name;
        if (!name.StartsWith(parts[0], StringComparison.Ordinal) || !name.EndsWith(parts[^1], StringComparison.Ordinal)
            || name.Length < parts[0].Length + parts[^1].Length)
            return false;
        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var found = name.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + part.Length;
        }
        return at <= name.Length - parts[^1].Length;
    }

    /// <summary>The policies of a token made by a role, or why they are refused.</summary>
    public static (IReadOnlyList<string>? Names, string? Refusal) Policies(TokenRole role, Requests.Fields fields, Token parent)
    {
        var noDefault = role.NoDefaultPolicy || fields.Boolean("no_default_policy") == true;
        var addDefault = !noDefault && !role.DisallowedPolicies.Contains(PolicyNames.Default);
        var asked = fields.StringList("policies") ?? [];
        var restricted = role.AllowedPolicies.Count > 0 || role.AllowedPoliciesGlob.Count > 0;
        if (asked.Count == 0) asked = role.AllowedPolicies.Count > 0 ? role.AllowedPolicies : restricted ? [] : parent.Policies;
        var names = TokenStore.PolicyNames(asked, !addDefault);
        if (restricted)
        {
            var outside = names.Where(n => n != PolicyNames.Default || !addDefault)
                .Any(n => !role.AllowedPolicies.Contains(n) && !role.AllowedPoliciesGlob.Any(g => Fits(g, n)));
            if (outside)
                return (null, $"token policies ([{Quoted(names)}]) must be subset of the role's allowed policies ([{Quoted(role.AllowedPolicies)}])");
        }
        foreach (var name in names)
        {
            if (role.DisallowedPolicies.Contains(name) || role.DisallowedPoliciesGlob.Any(g => Fits(g, name)))
                return (null, $"token policy \"{name}\" is disallowed by this role");
        }
        return (names, null);

        static string Quoted(IEnumerable<string> items) => string.Join(' ', items.Select(i => $"\"{i}\""));
    }

    private static async ValueTask<Reply> WriteAsync(Call call)
    {
        var fields = call.Fields;
        var name = fields.Path("role_name");
        var role = await ReadAsync(call, name) ?? new TokenRole { Name = name };
        role = role with
        {
            AllowedPolicies = Names(fields, "allowed_policies") ?? role.AllowedPolicies,
            DisallowedPolicies = Names(fields, "disallowed_policies") ?? role.DisallowedPolicies,
            AllowedPoliciesGlob = Names(fields, "allowed_policies_glob") ?? role.AllowedPoliciesGlob,
            DisallowedPoliciesGlob = Names(fields, "disallowed_policies_glob") ?? role.DisallowedPoliciesGlob,
            AllowedEntityAliases = Names(fields, "allowed_entity_aliases") ?? role.AllowedEntityAliases,
            Orphan = fields.Boolean("orphan") ?? role.Orphan,
            NotRenewable = fields.Boolean("renewable") is { } renewable ? !renewable : role.NotRenewable,
            PathSuffix = fields.String("path_suffix") ?? role.PathSuffix,
            Period = fields.Duration("token_period") ?? fields.Duration("period") ?? role.Period,
            OldPeriod = fields.Duration("period") ?? role.OldPeriod,
            ExplicitMaxTtl = fields.Duration("token_explicit_max_ttl") ?? fields.Duration("explicit_max_ttl") ?? role.ExplicitMaxTtl,
            OldExplicitMaxTtl = fields.Duration("explicit_max_ttl") ?? role.OldExplicitMaxTtl,
            NumUses = (int)(fields.Integer("token_num_uses") ?? role.NumUses),
            NoDefaultPolicy = fields.Boolean("token_no_default_policy") ?? role.NoDefaultPolicy,
            BoundCidrs = fields.StringList("token_bound_cidrs") ?? fields.StringList("bound_cidrs") ?? role.BoundCidrs,
            TokenType = fields.String("token_type") is { Length: > 0 } type ? type : role.TokenType,
        };
        if (Check(role) is { } refusal) return Reply.BadRequest(refusal);
        call.Store.Put(Prefix + name, JsonSerializer.SerializeToUtf8Bytes(role, StoredJson.Default.TokenRole));
        return Reply.Empty();
    }

    private static string? Check(TokenRole role)
    {
        if (role.TokenType is not ("service" or "batch" or "default-service" or "default-batch"))
            return $"invalid 'token_type' value \"{role.TokenType}\"";
        if (role.PathSuffix.Length > 0 && !Suffix().IsMatch(role.PathSuffix))
            return "given role path suffix contains invalid characters; must match \\w[\\w-.]+\\w";
        if (role.TokenType == "batch" && !role.NotRenewable) return "'token_type' cannot be 'batch' when role is set to generate renewable tokens";
        if (role.TokenType == "batch" && !role.Orphan) return "'token_type' cannot be 'batch' when role is set to generate non-orphan tokens";
        if (role.TokenType == "batch" && role.Period > TimeSpan.Zero) return "'token_type' cannot be 'batch' when role is set to generate periodic tokens";
        if (role.TokenType == "batch" && role.ExplicitMaxTtl > TimeSpan.Zero)
            return "'token_type' cannot be 'batch' when role is set to generate tokens with an explicit max TTL";
        if (role.NumUses < 0) return "'token_num_uses' cannot be negative";
        return role.BoundCidrs.FirstOrDefault(c => !Cidrs.IsValid(c)) is { } odd ? $"invalid address range \"{odd}\" in token_bound_cidrs" : null;
    }

    private static Reply Show(TokenRole role) => Reply.Json(w =>
    {
        List("allowed_entity_aliases", role.AllowedEntityAliases);
        List("allowed_policies", role.AllowedPolicies);
        List("allowed_policies_glob", role.AllowedPoliciesGlob);
        List("disallowed_policies", role.DisallowedPolicies);
        List("disallowed_policies_glob", role.DisallowedPoliciesGlob);
        w.WriteNumber("explicit_max_ttl"u8, (long)role.OldExplicitMaxTtl.TotalSeconds);
        w.WriteString("name"u8, role.Name);
        w.WriteBoolean("orphan"u8, role.Orphan);
        w.WriteString("path_suffix"u8, role.PathSuffix);
        w.WriteNumber("period"u8, (long)role.OldPeriod.TotalSeconds);
        w.WriteBoolean("renewable"u8, !role.NotRenewable);
        if (role.BoundCidrs.Count > 0) List("token_bound_cidrs", [.. role.BoundCidrs.Select(Cidrs.Show)]);
        w.WriteNumber("token_explicit_max_ttl"u8, (long)role.ExplicitMaxTtl.TotalSeconds);
        w.WriteBoolean("token_no_default_policy"u8, role.NoDefaultPolicy);
        if (role.NumUses > 0) w.WriteNumber("token_num_uses"u8, role.NumUses);
        w.WriteNumber("token_period"u8, (long)role.Period.TotalSeconds);
        w.WriteString("token_type"u8, role.TokenType);

        void List(string name, IReadOnlyList<string>? items)
        {
            if (items is null)
            {
                w.WriteNull(name);
                return;
            }
            w.WriteStartArray(name);
            foreach (var item in items) w.WriteStringValue(item);
            w.WriteEndArray();
        }
    });

    private static List<string>? Names(Requests.Fields fields, string name) => fields.StringList(name) is { } items
        ? [.. items.Select(i => i.Trim().ToLowerInvariant()).Where(i => i.Length > 0).Distinct().Order(StringComparer.Ordinal)]
        : null;

    [GeneratedRegex(@"^\w[\w\-.]+\w$")]
    private static partial Regex Suffix();
}
