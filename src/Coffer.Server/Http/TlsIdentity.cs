using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Coffer.Server.Configuration;

namespace Coffer.Server.Http;

/// <summary>A listener's certificate with its key and chain, and its clients' authorities, as read from the files at one time.</summary>
internal sealed class TlsIdentity : IDisposable
{
    private static readonly System.Security.Cryptography.Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly TlsConfig config;
    private readonly X509Certificate2 certificate;
    private readonly X509Certificate2Collection? authorities;

    private TlsIdentity(
        TlsConfig config, X509Certificate2 certificate, X509Certificate2Collection chain, X509Certificate2Collection? authorities)
    {
        this.config = config;
        this.certificate = certificate;
        this.authorities = authorities;
        Options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = config.Protocols,
            ClientCertificateRequired = !config.DisableClientCertificates,
            RemoteCertificateValidationCallback = (_, client, _, _) => Accepts(client),
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
        };
    }

    public SslServerAuthenticationOptions Options { get; }

    public DateTimeOffset Expires => certificate.NotAfter;

    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds no such thing, or they do not match.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static TlsIdentity Load(TlsConfig config)
    {
        var certificate = X509Certificate2.CreateFromPemFile(config.CertificateFile, config.KeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(config.CertificateFile);
        if (chain.Count > 0) chain.RemoveAt(0);
        X509Certificate2Collection? authorities = null;
        if (config.ClientAuthorityFile is { } file)
        {
            authorities = [];
            authorities.ImportFromPemFile(file);
            if (authorities.Count == 0)
                throw new System.Security.Cryptography.CryptographicException($"{file} holds no certificate");
        }
        return new TlsIdentity(config, certificate, chain, authorities);
    }

    public void Dispose() => certificate.Dispose();

    /// <summary>Without the duty to verify, any certificate passes: an auth method looks at it.</summary>
    private bool Accepts(X509Certificate? client)
    {
        if (!config.RequireClientCertificate) return true;
        if (client is not X509Certificate2 presented) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientAuthentication);
        if (authorities is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        return chain.Build(presented);
    }
}
