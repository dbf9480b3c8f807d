using System.Text.Json;

namespace Coffer.Client;

/// <summary>A token that the server has just made.</summary>
public sealed class SecretAuth
{
    internal SecretAuth(JsonElement auth)
    {
        ClientToken = Secret.Text(auth, "client_token");
        Accessor = Secret.Text(auth, "accessor");
        Policies = Secret.Texts(auth, "policies");
        TokenPolicies = Secret.Texts(auth, "token_policies");
        IdentityPolicies = Secret.Texts(auth, "identity_policies");
        LeaseDuration = Secret.Seconds(auth, "lease_duration");
        Renewable = Secret.Flag(auth, "renewable");
        EntityId = Secret.Text(auth, "entity_id");
        TokenType = Secret.Text(auth, "token_type");
        Orphan = Secret.Flag(auth, "orphan");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (auth.TryGetProperty("metadata", out JsonElement fields) && fields.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty field in fields.EnumerateObject())
                metadata[field.Name] = Secret.AsText(field.Value);
        Metadata = metadata;
    }

    /// <summary>The token itself. Secret.</summary>
    public string ClientToken { get; }

    /// <summary>The token's accessor, which names it without giving its power; empty for batch tokens.</summary>
    public string Accessor { get; }

    /// <summary>All policies the token acts under.</summary>
    public IReadOnlyList<string> Policies { get; }

    /// <summary>The policies attached to the token itself.</summary>
    public IReadOnlyList<string> TokenPolicies { get; }

    /// <summary>The policies that come from the entity and its groups.</summary>
    public IReadOnlyList<string> IdentityPolicies { get; }

    /// <summary>What the login recorded about its caller.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The token's time to live; zero never ends.</summary>
    public TimeSpan LeaseDuration { get; }

    /// <summary>Whether the token can be renewed.</summary>
    public bool Renewable { get; }

    /// <summary>The entity behind the token, or empty.</summary>
    public string EntityId { get; }

    /// <summary><c>service</c> or <c>batch</c>.</summary>
    public string TokenType { get; }

    /// <summary>Whether the token outlives the one that made it.</summary>
    public bool Orphan { get; }

    /// <summary>The accessor only: never the token.</summary>
    public override string ToString() => $"SecretAuth {{ Accessor = {Accessor} }}";
}
