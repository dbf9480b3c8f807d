using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Coffer.Core.SystemApi;
using Coffer.Core.Tokens;

namespace Coffer.Core.Audit;

/// <summary>What the pipeline knows of a request, as events.</summary>
internal static class ExchangeEvents
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>Headers whose value is a credential, whatever is configured.</summary>
    private static readonly string[] AlwaysSecret = ["x-vault-token", "authorization", "proxy-authorization", "cookie"];

    public static AuditEvent Request(Exchange exchange, AuditedHeaders headers, DateTimeOffset now, string node) =>
        Of(exchange, null, AuditPhase.Request, headers, now, node);

    public static AuditEvent Response(Exchange exchange, Reply reply, AuditedHeaders headers, DateTimeOffset now, string node) =>
        Of(exchange, reply, exchange.RequestAudited ? AuditPhase.Response : AuditPhase.Exchange, headers, now, node);

    private static AuditEvent Of(Exchange exchange, Reply? reply, AuditPhase phase, AuditedHeaders headers, DateTimeOffset now, string node)
    {
        var request = exchange.Request;
        var mount = exchange.Mounted?.Mount;
        return new()
        {
            Time = now,
            Phase = phase,
            RequestId = request.Id,
            Node = node,
            Auth = exchange.Token is { } token ? Auth(token) : null,
            ClientToken = request.Token,
            Namespace = request.Namespace == NamespaceId.Root ? "root" : request.Namespace.Value.ToString(),
            Mount = mount?.Path ?? "",
            MountType = mount?.Type ?? "",
            MountAccessor = mount?.Accessor ?? "",
            Path = request.Path,
            Operation = request.Operation.Name(),
            Decision = exchange.Decision is { } decision ? decision.Allowed ? "allow" : "deny" : "",
            Policy = exchange.Decision is { } decided ? string.Join(',', decided.Policies) : "",
            Rule = exchange.Decision?.Pattern ?? "",
            Reason = exchange.Decision is { Allowed: false } refused ? RefusalText.Without(request, refused.Describe()) : "",
            ClientAddress = request.Client?.ToString() ?? "",
            ClientPort = request.ClientPort,
            WrapTtl = (int)(request.WrapTtl?.TotalSeconds ?? 0),
            SecretVersion = reply?.SecretVersion ?? 0,
            Headers = Headers(request, headers),
            RequestData = exchange.Match?.Path is { HideBody: true } ? default : RequestData(request),
            Upload = request.Upload is DigestedUpload upload && reply is not null ? upload.Digest() : null,
            ResponseData = reply is null || exchange.Match?.Path is { HideReply: true } ? default : reply.Wrap is not null ? default : reply.Raw?.Bytes ?? reply.Data,
            ResponseAuth = reply is { AuthBlock: { } block, Wrap: null } ? Auth(block) : null,
            ResponseWrap = reply?.Wrap is { } wrap ? Wrap(wrap) : null,
            LeaseId = reply?.LeaseBlock?.Id ?? "",
            Status = reply?.Status ?? 0,
            Error = reply is null ? "" : RefusalText.Without(request, string.Join("; ", reply.Errors)),
            ClearRequestKeys = mount?.Config.AuditNonHmacRequestKeys ?? [],
            ClearResponseKeys = mount?.Config.AuditNonHmacResponseKeys ?? [],
        };
    }

    /// <summary>A configured header that was sent is always there, however empty.</summary>
    private static List<AuditHeader> Headers(Request request, AuditedHeaders configured)
    {
        if (configured.Headers.Count == 0) return [];
        var found = new List<AuditHeader>();
        foreach (var (name, hmac) in configured.Headers)
        {
            if (request.Header(name) is { } value)
                found.Add(new(name, [value], hmac || AlwaysSecret.Contains(name, StringComparer.OrdinalIgnoreCase)));
        }
        return found;
    }

    /// <summary>What came in the body, or else in the query.</summary>
    private static ReadOnlyMemory<byte> RequestData(Request request) => request.Body.IsEmpty && request.Query.Count > 0
        ? Reply.Object(w =>
        {
            foreach (var (name, value) in request.Query) w.WriteString(name, value);
        })
        : request.Body;

    private static AuditAuth Auth(Token token) => new()
    {
        Accessor = token.Accessor,
        DisplayName = token.DisplayName,
        Policies = token.Policies,
        TokenPolicies = token.Policies,
        TokenType = Name(token.Type),
        EntityId = token.EntityId,
        Metadata = token.Metadata ?? NoMetadata,
        Ttl = (long)token.CreationTtl.TotalSeconds,
        RemainingUses = Math.Max(0, token.NumUses),
    };

    private static AuditAuth Auth(AuthBlock auth) => new()
    {
        ClientToken = auth.ClientToken,
        Accessor = auth.Accessor,
        DisplayName = "",
        Policies = auth.Policies,
        TokenPolicies = auth.TokenPolicies,
        IdentityPolicies = auth.IdentityPolicies,
        TokenType = Name(auth.TokenType),
        EntityId = auth.EntityId,
        Metadata = auth.Metadata ?? NoMetadata,
        Ttl = (long)auth.LeaseDuration.TotalSeconds,
        RemainingUses = auth.NumUses,
    };

    private static AuditWrap Wrap(WrapBlock wrap) => new()
    {
        Token = wrap.Token,
        Accessor = wrap.Accessor,
        WrappedAccessor = wrap.WrappedAccessor ?? "",
        Ttl = (long)wrap.Ttl.TotalSeconds,
        CreationTime = wrap.CreationTime,
        CreationPath = wrap.CreationPath,
    };

    private static string Name(TokenType type) => type == TokenType.Batch ? "batch" : "service";
}
