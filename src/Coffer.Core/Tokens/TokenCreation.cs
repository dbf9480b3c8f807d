using System.Text.RegularExpressions;
using Coffer.Core.Identity;
using Coffer.Core.Leases;
using Coffer.Core.Policies;
using Coffer.Core.Requests;

namespace Coffer.Core.Tokens;

/// <summary><c>auth/token/create</c>, <c>create-orphan</c> and <c>create/:role</c>.</summary>
internal sealed partial class TokenCreation(TokenStore tokens, PolicyStore policies, EntityStore entities)
{
    private static readonly Field[] Fields =
    [
        Field.String("id", "The token's own secret, chosen by the caller: root or sudo only, without dots."),
        Field.StringList("policies", "Policies of the token; the caller's where none are given."),
        Field.StringMap("meta", "Shown in lookups and in the audit trail."),
        Field.Boolean("no_parent", "An orphan, which outlives the caller: root or sudo only."),
        Field.Boolean("no_default_policy", "Leaves out the default policy."),
        Field.Boolean("renewable", "Whether the token can be renewed; default true."),
        Field.Duration("ttl", "How long it lives before a renewal."),
        Field.Duration("lease", "The same, in Vault's older word."),
        Field.Duration("explicit_max_ttl", "How long it lives with all renewals."),
        Field.Duration("period", "Renewals give it this long each time, without end: root or sudo only."),
        Field.String("display_name", "Added to \"token-\"."),
        Field.Integer("num_uses", "Requests that it may make; 0 for no limit."),
        Field.String("type", "\"service\" or \"batch\"."),
        Field.String("entity_alias", "The alias to log in as: only through a role that allows it."),
    ];

    public IEnumerable<PathDescription> Paths =>
    [
        new("create") { Summary = "Makes a token below the caller's.", Fields = Fields, Write = call => CreateAsync(call, null, orphan: false) },
        new("create-orphan") { Summary = "Makes a token without a parent.", Fields = Fields, Write = call => CreateAsync(call, null, orphan: true) },
        new("create/{role_name}") { Summary = "Makes a token as a role says.", Fields = Fields, Write = CreateByRoleAsync },
    ];

    private async ValueTask<Reply> CreateByRoleAsync(Call call)
    {
        var name = call.Fields.Path("role_name");
        return await TokenRoles.ReadAsync(call, name) is { } role
            ? await CreateAsync(call, role, orphan: false)
            : Reply.BadRequest($"unknown role {name}");
    }

    private async ValueTask<Reply> CreateAsync(Call call, TokenRole? role, bool orphan)
    {
        var fields = call.Fields;
        var parent = call.Token!;
        if (parent.Type == TokenType.Batch) return Reply.BadRequest("batch tokens cannot create more tokens");
        if (parent.NumUses != 0) return Reply.BadRequest("restricted use token cannot generate child tokens");
        var sudo = call.Acl!.Decide(new AclRequest(call.Request.Path, Capability.Update) { NeedsSudo = true, WrapTtl = call.Request.WrapTtl }).Sudo;

        var type = TypeOf(fields.String("type"), role, out var refusal);
        refusal ??= CheckId(fields.String("id"), sudo) ?? CheckTimes(fields);
        if (refusal is not null) return Reply.BadRequest(refusal);
        if (role is null && !orphan && fields.Boolean("no_parent") == true)
        {
            if (!sudo) return Reply.BadRequest("root or sudo privileges required to create orphan token");
            orphan = true;
        }
        if (role is not null) orphan = role.Orphan;
        var period = fields.Duration("period") ?? TimeSpan.Zero;
        if (role is not null) period = role.Period > TimeSpan.Zero ? role.Period : role.OldPeriod > TimeSpan.Zero ? role.OldPeriod : period;
        else if (period > TimeSpan.Zero && !sudo) return Reply.BadRequest("root or sudo privileges required to create periodic token");

        var warnings = new List<string>();
        var (names, wrong) = role is { NamesPolicies: true } ? TokenRoles.Policies(role, fields, parent) : OwnPolicies(fields, parent, sudo);
        if (wrong is not null) return Reply.BadRequest(wrong);
        if (names!.Contains(PolicyNames.Root) && !parent.IsRoot) return Reply.BadRequest("root tokens may not be created without parent token being root");
        if (type == TokenType.Batch && CheckBatch(fields, names!, period, role) is { } refused) return Reply.BadRequest(refused);

        var explicitMax = fields.Duration("explicit_max_ttl") ?? TimeSpan.Zero;
        var grant = new TokenGrant
        {
            Type = type,
            Policies = names!,
            NoDefaultPolicy = true,
            DisplayName = DisplayName(fields.String("display_name")),
            Metadata = fields.StringMap("meta"),
            EntityId = role is null && !orphan ? parent.EntityId : "",
            Ttl = fields.Duration("ttl") ?? fields.Duration("lease") ?? TimeSpan.Zero,
            ExplicitMaxTtl = explicitMax,
            RoleMaxTtl = RoleMax(explicitMax, role, warnings),
            Period = period,
            NumUses = Uses((int)(fields.Integer("num_uses") ?? 0), role),
            Renewable = (fields.Boolean("renewable") ?? true) && role is not { NotRenewable: true },
            BoundCidrs = role?.BoundCidrs ?? [],
            Role = role?.Name ?? "",
        };
        if (fields.String("entity_alias") is { Length: > 0 } alias)
        {
            if (role is null) return Reply.BadRequest("'entity_alias' is only allowed in combination with token role");
            if (role.AllowedEntityAliases?.Any(p => TokenRoles.Fits(p, alias)) != true) return Reply.BadRequest("invalid 'entity_alias' value");
            var entity = await entities.ByAliasAsync(call.Transaction, call.Request.Namespace, call.Mount.Accessor, alias);
            grant = grant with { EntityId = entity.Id };
        }
        var block = await tokens.CreateAsync(
            call.Transaction, grant, orphan ? null : parent, PathOf(call, role), call.Mount, fields.String("id") is { Length: > 0 } id ? id : null, warnings);
        foreach (var name in block.Policies)
        {
            if (!await policies.ExistsAsync(call.Request.Namespace, name, call.Cancel)) warnings.Add($"Policy \"{name}\" does not exist");
        }
        return new Reply { AuthBlock = block, Warnings = warnings };
    }

    private static TokenType TypeOf(string? asked, TokenRole? role, out string? refusal)
    {
        refusal = null;
        if (role?.TokenType is "service" or "batch") asked = role.TokenType;
        if (string.IsNullOrEmpty(asked)) return role?.TokenType == "default-batch" ? TokenType.Batch : TokenType.Service;
        if (asked is not "service" and not "batch") refusal = $"invalid 'type' value \"{asked}\": use service or batch";
        return asked == "batch" ? TokenType.Batch : TokenType.Service;
    }

    private static string? CheckId(string? id, bool sudo) => id switch
    {
        null or "" => null,
        _ when !sudo => "root or sudo privileges required to specify token id",
        _ when id.StartsWith("s.", StringComparison.Ordinal) => "custom token ID cannot have the 's.' prefix",
        _ when id.Contains('.', StringComparison.Ordinal) => "custom token ID cannot have a '.' in the value",
        _ when id.Any(c => c <= ' ' || c > '~') => "custom token ID must be of printable ASCII characters without white space",
        _ => null,
    };

    private static string? CheckTimes(Requests.Fields fields)
    {
        foreach (var name in (ReadOnlySpan<string>)["ttl", "lease", "explicit_max_ttl", "period"])
        {
            if (fields.Duration(name) < TimeSpan.Zero) return $"{name} must be positive";
        }
        return fields.Integer("num_uses") is < 0 or > int.MaxValue ? "number of uses cannot be negative" : null;
    }

    private static string? CheckBatch(Requests.Fields fields, IReadOnlyList<string> names, TimeSpan period, TokenRole? role)
    {
        if (period > TimeSpan.Zero) return "batch tokens cannot have \"period\" set";
        if (fields.Integer("num_uses") > 0 || role?.NumUses > 0) return "batch tokens cannot have \"num_uses\" set";
        if (fields.Duration("explicit_max_ttl") > TimeSpan.Zero) return "batch tokens cannot have \"explicit_max_ttl\" set";
        return names.Contains(PolicyNames.Root) ? "batch tokens cannot be root tokens" : null;
    }

    /// <summary>Without sudo a child has no policy that its parent lacks.</summary>
    private static (IReadOnlyList<string>? Names, string? Refusal) OwnPolicies(Requests.Fields fields, Token parent, bool sudo)
    {
        var noDefault = fields.Boolean("no_default_policy") ?? false;
        if (fields.StringList("policies") is not { Count: > 0 } asked)
            return (noDefault ? [.. parent.Policies.Where(p => p != PolicyNames.Default)] : parent.Policies, null);
        var names = TokenStore.PolicyNames(asked, noDefault || (!parent.Policies.Contains(PolicyNames.Default) && !sudo && !parent.IsRoot));
        return sudo || parent.IsRoot || names.All(parent.Policies.Contains)
            ? (names, null)
            : (null, "child policies must be subset of parent");
    }

    private static TimeSpan RoleMax(TimeSpan asked, TokenRole? role, List<string> warnings)
    {
        if (role is null) return TimeSpan.Zero;
        var limit = role.ExplicitMaxTtl > TimeSpan.Zero ? role.ExplicitMaxTtl : role.OldExplicitMaxTtl;
        if (limit > TimeSpan.Zero && asked > TimeSpan.Zero && limit != asked)
        {
            var lesser = LeaseTimes.Shorter(limit, asked);
            warnings.Add($"Explicit max TTL specified both during creation call and in role; using the lesser value of {lesser.TotalSeconds:0} seconds");
        }
        return limit;
    }

    private static int Uses(int asked, TokenRole? role) =>
        role is { NumUses: > 0 } && (asked == 0 || asked > role.NumUses) ? role.NumUses : asked;

    private static string PathOf(Call call, TokenRole? role) =>
        role is { PathSuffix.Length: > 0 } ? $"{call.Request.Path}/{role.PathSuffix}" : call.Request.Path;

    private static string DisplayName(string? asked)
    {
        if (string.IsNullOrEmpty(asked)) return "token";
        var name = NotInName().Replace(asked, "-").Trim('-');
        return name.Length == 0 ? "token" : $"token-{name}";
    }

    [GeneratedRegex("[^a-zA-Z0-9-]")]
    private static partial Regex NotInName();
}
