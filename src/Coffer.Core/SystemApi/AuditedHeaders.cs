namespace Coffer.Core.SystemApi;

/// <summary>The request headers that stand in audit records, by their lower-case names; true where the value is an HMAC there.</summary>
public sealed record AuditedHeaders(IReadOnlyDictionary<string, bool> Headers)
{
    public static readonly AuditedHeaders None = new(new Dictionary<string, bool>());
}
