using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.Client;

/// <summary>What the options say about certificates, as the runtime wants it.</summary>
internal static class Tls
{
    public static SslClientAuthenticationOptions Options(CofferOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (!string.IsNullOrEmpty(options.ClientCertificateFile))
            tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(options.ClientCertificateFile, Key(options))];
        if (options.SkipVerify)
        {
#pragma warning disable CA5359 // asked for in so many words
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            return tls;
        }
        X509Certificate2Collection authorities = Authorities(options);
        if (authorities.Count > 0)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(authorities);
            tls.CertificateChainPolicy = policy;
        }
        return tls;
    }

    private static string? Key(CofferOptions options) => string.IsNullOrEmpty(options.ClientKeyFile) ? null : options.ClientKeyFile;

    private static X509Certificate2Collection Authorities(CofferOptions options)
    {
        var authorities = new X509Certificate2Collection(options.CaCertificates);
        if (!string.IsNullOrEmpty(options.CaCertificateFile))
            authorities.ImportFromPemFile(options.CaCertificateFile);
        else if (!string.IsNullOrEmpty(options.CaCertificateDirectory))
            foreach (string file in Directory.EnumerateFiles(options.CaCertificateDirectory))
                authorities.ImportFromPemFile(file);
        return authorities;
    }
}
