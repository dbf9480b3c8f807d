namespace Coffer.Core.SystemApi;

/// <summary>What <c>sys/config/cors</c> holds: which web pages of other origins may call this server.</summary>
/// <param name="Origins">Exact origins, or <c>*</c> alone.</param>
/// <param name="Headers">Request headers that they may send, the usual ones among them.</param>
public sealed record CorsSettings(bool Enabled, IReadOnlyList<string> Origins, IReadOnlyList<string> Headers)
{
    public static readonly CorsSettings Off = new(false, [], []);

    /// <summary>Allowed whenever any origin is.</summary>
    internal static readonly IReadOnlyList<string> UsualHeaders =
    [
        "Content-Type", "X-Requested-With", "X-Vault-AWS-IAM-Server-ID", "X-Vault-MFA", "X-Vault-No-Request-Forwarding",
        "X-Vault-Wrap-Format", "X-Vault-Wrap-TTL", "X-Vault-Policy-Override", "Authorization", "X-Vault-Token", "X-Vault-Namespace",
    ];

    public bool Allows(string origin) =>
        Enabled && (Origins.Contains("*") || Origins.Contains(origin, StringComparer.OrdinalIgnoreCase));
}
