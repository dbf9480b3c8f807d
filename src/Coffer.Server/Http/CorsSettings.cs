namespace Coffer.Server.Http;

/// <summary>What <c>sys/config/cors</c> holds.</summary>
/// <param name="Origins">Exact origins, or <c>*</c>.</param>
internal sealed record CorsSettings(bool Enabled, IReadOnlyList<string> Origins, IReadOnlyList<string> Headers)
{
    public static readonly CorsSettings Off = new(false, [], []);

    public bool Allows(string origin) =>
        Origins.Contains("*") || Origins.Contains(origin, StringComparer.OrdinalIgnoreCase);
}
