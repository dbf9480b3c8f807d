using System.Text.Json;
using Coffer.Core.Leases;
using Coffer.Core.Requests;

namespace Coffer.Core.Mounts;

/// <summary>The settings of a mount as a request gives them, at its making (<c>config</c>) or by a tune.</summary>
internal static class MountTuning
{
    public static readonly IReadOnlyList<Field> Fields =
    [
        Field.String("default_lease_ttl", "The default duration of leases and tokens; \"system\" or 0 for the system's."),
        Field.String("max_lease_ttl", "The longest duration of leases and tokens; \"system\" or 0 for the system's."),
        Field.Boolean("force_no_cache", "Shown as it is set; every read is as fresh as its own storage allows."),
        Field.StringList("audit_non_hmac_request_keys", "Keys of requests that stand in clear in the audit trail."),
        Field.StringList("audit_non_hmac_response_keys", "Keys of responses that stand in clear in the audit trail."),
        new Field("listing_visibility", FieldKind.String, "\"unauth\" shows the mount to everybody in the user interface's list.") { OneOf = ["", "hidden", "unauth"] },
        Field.StringList("passthrough_request_headers", "Headers of requests that the engine gets."),
        Field.StringList("allowed_response_headers", "Headers that the engine may send."),
        Field.String("token_type", "Auth methods: the type of the tokens they give."),
    ];

    private static readonly string[] TokenTypes = ["default-service", "default-batch", "service", "batch"];

    /// <summary>The configuration with what the request sets; <paramref name="refusal"/> says what is wrong with it.</summary>
    public static MountConfig Apply(MountConfig config, Fields fields, MountKind kind, SystemTtls ttls, out string? refusal)
    {
        refusal = null;
        var byDefault = Ttl(fields, "default_lease_ttl", config.DefaultLeaseTtl, ref refusal);
        var max = Ttl(fields, "max_lease_ttl", config.MaxLeaseTtl, ref refusal);
        var type = fields.String("token_type") ?? config.TokenType;
        if (refusal is null && fields.Has("token_type") && (kind != MountKind.Auth || !TokenTypes.Contains(type)))
            refusal = "invalid value for 'token_type'";
        var limit = max > TimeSpan.Zero ? max : ttls.Max;
        if (refusal is null && byDefault > limit)
            refusal = $"backend max lease TTL of {limit.TotalSeconds:0} would be less than backend default lease TTL of {byDefault.TotalSeconds:0}";
        return config with
        {
            DefaultLeaseTtl = byDefault,
            MaxLeaseTtl = max,
            ForceNoCache = fields.Boolean("force_no_cache") ?? config.ForceNoCache,
            AuditNonHmacRequestKeys = fields.StringList("audit_non_hmac_request_keys") ?? config.AuditNonHmacRequestKeys,
            AuditNonHmacResponseKeys = fields.StringList("audit_non_hmac_response_keys") ?? config.AuditNonHmacResponseKeys,
            ListingVisibility = fields.String("listing_visibility") ?? config.ListingVisibility,
            PassthroughRequestHeaders = fields.StringList("passthrough_request_headers") ?? config.PassthroughRequestHeaders,
            AllowedResponseHeaders = fields.StringList("allowed_response_headers") ?? config.AllowedResponseHeaders,
            TokenType = type,
        };
    }

    /// <summary>The fields of the <c>config</c> object of a mount request; null with the reason if one does not fit.</summary>
    public static Fields? Nested(JsonElement? config, out string? refusal) =>
        Requests.Fields.ParseObject(Fields, config, out refusal);

    private static TimeSpan Ttl(Fields fields, string name, TimeSpan current, ref string? refusal)
    {
        if (fields.String(name) is not { } text) return current;
        if (text is "system" or "") return TimeSpan.Zero;
        if (Formats.Durations.TryParse(text, out var value) && value >= TimeSpan.Zero) return value;
        refusal ??= $"unable to parse {name} of {text}: use seconds or a duration such as \"1h30m\", or \"system\"";
        return current;
    }
}
