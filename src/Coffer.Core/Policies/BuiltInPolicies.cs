namespace Coffer.Core.Policies;

/// <summary>The policies that every namespace has from the start.</summary>
public static class BuiltInPolicies
{
    /// <summary>Root's text: empty, for it needs no rules.</summary>
    public const string RootText = "";

    /// <summary>What <c>default</c> says until an operator changes it.</summary>
    public const string DefaultText = """
        # What every token may do, unless it was made without this policy.

        # Its own token
        path "auth/token/lookup-self" { capabilities = ["read"] }
        path "auth/token/renew-self" { capabilities = ["update"] }
        path "auth/token/revoke-self" { capabilities = ["update"] }

        # Its own rights
        path "sys/capabilities-self" { capabilities = ["update"] }
        path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }

        # Its own entity
        path "identity/entity/id/{{identity.entity.id}}" { capabilities = ["read"] }
        path "identity/entity/name/{{identity.entity.name}}" { capabilities = ["read"] }

        # Leases it knows the id of
        path "sys/renew" { capabilities = ["update"] }
        path "sys/leases/renew" { capabilities = ["update"] }
        path "sys/leases/lookup" { capabilities = ["update"] }

        # Its own cubbyhole
        path "cubbyhole/*" { capabilities = ["create", "read", "update", "delete", "list"] }

        # Wrapping tokens
        path "sys/wrapping/wrap" { capabilities = ["update"] }
        path "sys/wrapping/lookup" { capabilities = ["update"] }
        path "sys/wrapping/unwrap" { capabilities = ["update"] }

        # Hashing
        path "sys/tools/hash" { capabilities = ["update"] }
        path "sys/tools/hash/*" { capabilities = ["update"] }

        # Logging in to others through this server
        path "identity/oidc/provider/+/authorize" { capabilities = ["read", "update"] }

        """;

    /// <summary><see cref="DefaultText"/>, parsed.</summary>
    public static PolicyDocument Default { get; } = PolicyDocument.Parse(PolicyNames.Default, DefaultText);
}
