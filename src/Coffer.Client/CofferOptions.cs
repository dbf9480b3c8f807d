using System.Security.Cryptography.X509Certificates;

namespace Coffer.Client;

/// <summary>Where the server is and how to talk to it. Read once when a <see cref="CofferClient"/> is made.</summary>
public sealed class CofferOptions
{
    /// <summary>The server's base address, as in <c>https://vault.example:8200</c>. A path in it becomes a prefix of every request.</summary>
    public Uri Address { get; set; } = new("https://127.0.0.1:8200");

    /// <summary>The token sent with each request, or null for requests without one.</summary>
    public string? Token { get; set; }

    /// <summary>The namespace sent with each request; null or empty is the root.</summary>
    public string? Namespace { get; set; }

    /// <summary>PEM file of authorities to trust instead of the system's.</summary>
    public string? CaCertificateFile { get; set; }

    /// <summary>Folder of PEM files of authorities to trust instead of the system's.</summary>
    public string? CaCertificateDirectory { get; set; }

    /// <summary>PEM file with the client's certificate; the key is in it or in <see cref="ClientKeyFile"/>.</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>PEM file with the client certificate's private key.</summary>
    public string? ClientKeyFile { get; set; }

    /// <summary>The name the server's certificate must carry, when it is not the address' host.</summary>
    public string? TlsServerName { get; set; }

    /// <summary>Trusts any certificate. For experiments only: whoever is on the road can read the token.</summary>
    public bool SkipVerify { get; set; }

    /// <summary>How long one attempt may take, from connecting to the end of the reply. 60 seconds unless set.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How many times a request is tried again after 412, 429 and, where that is safe, 5xx. 2 unless set.</summary>
    public int MaxRetries { get; set; } = 2;

    /// <summary>Asks for every reply to be wrapped for this long, as in <c>60s</c> or <c>5m</c>; null for none.</summary>
    public string? WrapTtl { get; set; }

    /// <summary>Sent as the User-Agent.</summary>
    public string UserAgent { get; set; } = "coffer-client-dotnet";

    /// <summary>Authorities to trust instead of the system's, beside those of the files.</summary>
    public X509Certificate2Collection CaCertificates { get; } = [];

    /// <summary>The clock that measures waits between attempts.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Options from the environment: <c>COFFER_ADDR</c>, <c>_TOKEN</c>, <c>_NAMESPACE</c>, <c>_CACERT</c>, <c>_CAPATH</c>,
    /// <c>_CLIENT_CERT</c>, <c>_CLIENT_KEY</c>, <c>_TLS_SERVER_NAME</c>, <c>_SKIP_VERIFY</c>, <c>_CLIENT_TIMEOUT</c>,
    /// <c>_MAX_RETRIES</c> and <c>_WRAP_TTL</c>; each falls back to the same name with <c>VAULT_</c>.
    /// </summary>
    /// <exception cref="FormatException">A variable has a value that cannot be read; the message names the variable.</exception>
    public static CofferOptions FromEnvironment() => EnvironmentOptions.Read(System.Environment.GetEnvironmentVariable);
}
