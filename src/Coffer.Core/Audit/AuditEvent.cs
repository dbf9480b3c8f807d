namespace Coffer.Core.Audit;

/// <summary>Which half of an exchange an event records.</summary>
public enum AuditPhase
{
    /// <summary>What was asked, before anything is done.</summary>
    Request,

    /// <summary>What came of it, before the reply is sent.</summary>
    Response,

    /// <summary>Both, in one record: for reads, whose request and response are recorded together.</summary>
    Exchange,
}

/// <summary>
/// What happened, in the clear: it exists only until it is written, and every writer turns its secrets into HMACs. Data are
/// the raw UTF-8 bytes as they came or will go; they are read while the event is recorded and not kept.
/// </summary>
public sealed class AuditEvent
{
    public required DateTimeOffset Time { get; init; }

    public required AuditPhase Phase { get; init; }

    /// <summary>The id that the reply carries too.</summary>
    public required string RequestId { get; init; }

    public string Node { get; init; } = "";

    /// <summary>Who asks; null before or without authentication.</summary>
    public AuditAuth? Auth { get; init; }

    /// <summary>The token as it was sent, valid or not. Written as an HMAC.</summary>
    public string? ClientToken { get; init; }

    /// <summary>Empty or <c>root</c> for the root namespace.</summary>
    public string Namespace { get; init; } = "root";

    /// <summary>The mount's path, for example <c>secret/</c>; empty if none was found.</summary>
    public string Mount { get; init; } = "";

    public string MountType { get; init; } = "";

    /// <summary>The accessor of the mount.</summary>
    public string MountAccessor { get; init; } = "";

    /// <summary>The request's path with the mount, without <c>/v1/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>create, read, update, patch, delete, list, help, …</summary>
    public required string Operation { get; init; }

    /// <summary>allow, deny, park; empty if nothing was decided.</summary>
    public string Decision { get; init; } = "";

    /// <summary>The policy whose rule decided.</summary>
    public string Policy { get; init; } = "";

    /// <summary>The rule that decided: its path pattern.</summary>
    public string Rule { get; init; } = "";

    /// <summary>Why it was refused, in words; empty if it was not.</summary>
    public string Reason { get; init; } = "";

    public string ClientAddress { get; init; } = "";

    public int ClientPort { get; init; }

    /// <summary>The TTL asked for wrapping, in seconds; 0 for none.</summary>
    public int WrapTtl { get; init; }

    /// <summary>Request headers that are configured to be audited.</summary>
    public IReadOnlyList<AuditHeader> Headers { get; init; } = [];

    /// <summary>The version of the secret concerned; 0 if it has none.</summary>
    public long SecretVersion { get; init; }

    /// <summary>The request's data. Anything but a JSON object is recorded as one HMAC.</summary>
    public ReadOnlyMemory<byte> RequestData { get; init; }

    /// <summary>What was uploaded as a stream, once it was read; null for none.</summary>
    public AuditUpload? Upload { get; init; }

    /// <summary>The reply's data. Anything but a JSON object is recorded as one HMAC.</summary>
    public ReadOnlyMemory<byte> ResponseData { get; init; }

    /// <summary>The login or new token in the reply.</summary>
    public AuditAuth? ResponseAuth { get; init; }

    /// <summary>The wrapping token in the reply.</summary>
    public AuditWrap? ResponseWrap { get; init; }

    /// <summary>The lease in the reply; empty for none.</summary>
    public string LeaseId { get; init; } = "";

    /// <summary>HTTP status; 0 in the request phase.</summary>
    public int Status { get; init; }

    /// <summary>Why it failed. It must not repeat what the client sent.</summary>
    public string Error { get; init; } = "";

    /// <summary>Names of request fields whose strings stay readable, as tuned on the mount.</summary>
    public IReadOnlyList<string> ClearRequestKeys { get; init; } = [];

    /// <summary>Names of response fields whose strings stay readable, as tuned on the mount.</summary>
    public IReadOnlyList<string> ClearResponseKeys { get; init; } = [];

    /// <summary>Shows nothing that could be secret.</summary>
    public override string ToString() => $"{Phase} {RequestId}";
}

/// <summary>A token and whom it stands for.</summary>
public sealed class AuditAuth
{
    /// <summary>The token itself, where the event makes or uses it. Written as an HMAC.</summary>
    public string? ClientToken { get; init; }

    /// <summary>Written as an HMAC, unless a sink is told otherwise.</summary>
    public string Accessor { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public IReadOnlyList<string> Policies { get; init; } = [];

    public IReadOnlyList<string> TokenPolicies { get; init; } = [];

    public IReadOnlyList<string> IdentityPolicies { get; init; } = [];

    /// <summary>service or batch.</summary>
    public string TokenType { get; init; } = "";

    public string EntityId { get; init; } = "";

    /// <summary>The login's metadata and signed claims, in the clear: indexes are made of them.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Lifetime in seconds.</summary>
    public long Ttl { get; init; }

    /// <summary>Uses left, if limited; else 0.</summary>
    public long RemainingUses { get; init; }

    public override string ToString() => $"auth of {DisplayName}";
}

/// <summary>A wrapping token in a reply.</summary>
public sealed class AuditWrap
{
    /// <summary>Written as an HMAC.</summary>
    public required string Token { get; init; }

    /// <summary>Written as an HMAC.</summary>
    public string Accessor { get; init; } = "";

    /// <summary>The accessor of the token inside, if it is one. Written as an HMAC.</summary>
    public string WrappedAccessor { get; init; } = "";

    /// <summary>Seconds.</summary>
    public long Ttl { get; init; }

    public DateTimeOffset CreationTime { get; init; }

    public string CreationPath { get; init; } = "";

    public override string ToString() => $"wrapping of {CreationPath}";
}

/// <summary>A request header that is audited.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Values">As sent.</param>
/// <param name="Hmac">Whether the values are secret.</param>
public sealed record AuditHeader(string Name, IReadOnlyList<string> Values, bool Hmac)
{
    public override string ToString() => Name;
}

/// <summary>A stream that came with a request.</summary>
/// <param name="Bytes">How much of it was read.</param>
/// <param name="Sha256">Of these bytes, in hexadecimal: a snapshot is ciphertext, and so it can be compared with the file.</param>
public sealed record AuditUpload(long Bytes, string Sha256);
