using System.Net;
using System.Security.Cryptography.X509Certificates;
using Coffer.Core.Storage;

namespace Coffer.Core.Requests;

/// <summary>One request as a door hands it in: addressed, with the proof of identity, nothing looked up yet.</summary>
public sealed class Request
{
    /// <summary>A random identifier that stands in the reply and in both audit records.</summary>
    public required string Id { get; init; }

    public NamespaceId Namespace { get; init; } = NamespaceId.Root;

    /// <summary>An update becomes a create in the pipeline where the target does not exist yet.</summary>
    public required Operation Operation { get; set; }

    /// <summary>Decoded and canonical, without <c>/v1/</c>: <c>secret/data/app</c>. A list ends in <c>/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>A JSON object in UTF-8, or empty. Its syntax is checked by the pipeline.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>A body that is not JSON and may be large (a snapshot to restore); null for all others.</summary>
    public Stream? Upload { get; set; }

    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>The client token; null if none was sent.</summary>
    public string? Token { get; init; }

    /// <summary>What was asked with <c>X-Vault-Wrap-TTL</c>; null or zero: no wrapping.</summary>
    public TimeSpan? WrapTtl { get; init; }

    /// <summary>The listener gives metrics to anybody (<c>unauthenticated_metrics_access</c>).</summary>
    public bool OpenMetrics { get; init; }

    /// <summary>The peer's address as the operator's listener settings establish it.</summary>
    public IPAddress? Client { get; init; }

    public int ClientPort { get; init; }

    /// <summary>What the client showed in the TLS handshake. Only a listener that demands certificates has verified it.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>The request's headers by name, case-insensitive; null if absent.</summary>
    public Func<string, string?> Header { get; init; } = static _ => null;

    public override string ToString() => $"{Operation.Name()} {Path} ({Id})";
}
