using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.TestKit;

namespace Coffer.Client.Tests;

/// <summary>TLS with an authority of one's own, and with a client certificate.</summary>
public sealed class TrustingAServer : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _server;

    public TrustingAServer()
    {
        _authority = Authority("CN=test authority");
        _server = Issue("CN=server", _authority, "127.0.0.1");
        File.WriteAllText(_directory.File("ca.pem"), _authority.ExportCertificatePem());
    }

    public void Dispose()
    {
        _directory.Dispose();
        _authority.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task TheAuthorityThatIsNamedIsTrusted()
    {
        Assert.Equal(200, await AskAsync(options => options.CaCertificateFile = _directory.File("ca.pem")));
        Assert.Equal(200, await AskAsync(options => options.CaCertificateDirectory = _directory.Path));
        Assert.Equal(200, await AskAsync(options => options.SkipVerify = true));
    }

    [Fact]
    public async Task AnotherAuthorityIsNot()
    {
        using X509Certificate2 other = Authority("CN=another");
        await File.WriteAllTextAsync(_directory.File("other.pem"), other.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<CofferException>(() => AskAsync(_ => { }));
        await Assert.ThrowsAsync<CofferException>(() => AskAsync(options => options.CaCertificateFile = _directory.File("other.pem")));
    }

    [Fact]
    public async Task AnotherNameIsNot() => await Assert.ThrowsAsync<CofferException>(() => AskAsync(options =>
    {
        options.CaCertificateFile = _directory.File("ca.pem");
        options.TlsServerName = "other.example";
    }));

    [Fact]
    public async Task TheNameAskedForIs()
    {
        using X509Certificate2 named = Issue("CN=named", _authority, null, "other.example");
        Assert.Equal(200, await AskAsync(
            options =>
            {
                options.CaCertificateFile = _directory.File("ca.pem");
                options.TlsServerName = "other.example";
            },
            certificate: named));
    }

    [Fact]
    public async Task TheClientsCertificateIsShown()
    {
        using X509Certificate2 client = Issue("CN=client", _authority, null);
        await File.WriteAllTextAsync(_directory.File("client.pem"), client.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_directory.File("client.key"), client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        string? seen = null;
        await AskAsync(
            options =>
            {
                options.CaCertificateFile = _directory.File("ca.pem");
                options.ClientCertificateFile = _directory.File("client.pem");
                options.ClientKeyFile = _directory.File("client.key");
            },
            certificate => seen = certificate?.Subject);
        Assert.Equal("CN=client", seen);
    }

    private async Task<int> AskAsync(Action<CofferOptions> configure, Action<X509Certificate?>? shown = null, X509Certificate2? certificate = null)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, shown, certificate ?? _server);
        var options = new CofferOptions { Address = new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}") };
        configure(options);
        using var client = new CofferClient(options);
        try
        {
            return (await client.SendRawAsync(new CofferRequest("GET", "x"), TestContext.Current.CancellationToken)).StatusCode;
        }
        finally
        {
            await serving;
            listener.Dispose();
        }
    }

    private static async Task ServeAsync(TcpListener listener, Action<X509Certificate?>? shown, X509Certificate2 own)
    {
        try
        {
            using TcpClient connection = await listener.AcceptTcpClientAsync();
            await using var tls = new SslStream(connection.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = own,
                ClientCertificateRequired = shown is not null,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    shown?.Invoke(certificate);
                    return certificate is not null || shown is null;
                },
            });
            var buffer = new byte[4096];
            _ = await tls.ReadAsync(buffer);
            await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"u8.ToArray());
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client hung up because it does not trust us, which a test may want.
        }
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }

    private static X509Certificate2 Issue(string name, X509Certificate2 authority, string? address, string? host = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        if ((address ?? host) is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            if (address is not null)
                names.AddIpAddress(IPAddress.Parse(address));
            if (host is not null)
                names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
        }
        using X509Certificate2 certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
