using System.Net;
using System.Security.Authentication;

namespace Coffer.Server.Configuration;

/// <summary>One <c>listener "tcp"</c>.</summary>
internal sealed record ListenerConfig
{
    public required IPEndPoint Address { get; init; }

    /// <summary>Null: plain HTTP, which <c>tls_disable</c> asks for.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>Bytes of a body that comes with a token.</summary>
    public long MaxRequestSize { get; init; } = 32 << 20;

    /// <summary>Bytes of a body that comes without a token.</summary>
    public long MaxUnauthenticatedRequestSize { get; init; } = 64 << 10;

    public TimeSpan MaxRequestDuration { get; init; } = TimeSpan.FromSeconds(90);

    public TimeSpan ReadHeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Null: the header <c>X-Forwarded-For</c> means nothing.</summary>
    public ForwardedForConfig? ForwardedFor { get; init; }

    /// <summary>Whether <c>sys/metrics</c> is served without a token.</summary>
    public bool UnauthenticatedMetrics { get; init; }
}

internal sealed record TlsConfig(string CertificateFile, string KeyFile)
{
#pragma warning disable CA5398 // the operator's minimum is a promise that the system's default must not break
    public const SslProtocols From12 = SslProtocols.Tls12 | SslProtocols.Tls13;
    public const SslProtocols From13 = SslProtocols.Tls13;
#pragma warning restore CA5398

    /// <summary>TLS 1.3, and 1.2 unless <c>tls_min_version</c> says otherwise; older ones are never spoken.</summary>
    public SslProtocols Protocols { get; init; } = From12;

    /// <summary>PEM certificates of the authorities that client certificates may come from; null: the system's.</summary>
    public string? ClientAuthorityFile { get; init; }

    public bool RequireClientCertificate { get; init; }

    /// <summary>Never ask for a client certificate.</summary>
    public bool DisableClientCertificates { get; init; }
}

/// <summary>Which peers may say, in <c>X-Forwarded-For</c>, for whom they speak.</summary>
internal sealed record ForwardedForConfig(IReadOnlyList<IPNetwork> Authorized)
{
    /// <summary>How many addresses at the end of the header are proxies of ours.</summary>
    public int HopSkips { get; init; }

    public bool RejectNotAuthorized { get; init; } = true;

    public bool RejectNotPresent { get; init; } = true;
}
