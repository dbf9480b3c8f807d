using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Core.SystemApi;
using Coffer.Server.Configuration;
using Coffer.Server.Http;
using Coffer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Server.Tests.Http;

public sealed class TlsDoor : IAsyncLifetime
{
    private readonly TempDirectory files = new();
    private readonly X509Certificate2 authority = Certificate("CN=authority", null, isAuthority: true);

    public ValueTask InitializeAsync()
    {
        File.WriteAllText(files.File("ca.crt"), authority.ExportCertificatePem());
        WriteServer("CN=first");
        return default;
    }

    public ValueTask DisposeAsync()
    {
        files.Dispose();
        return default;
    }

    [Fact]
    public async Task ServesHttp2AndReloadsItsCertificate()
    {
        await using var doors = await OpenAsync(Config);
        Assert.Equal("CN=first", await SubjectAsync(doors, null));
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, doors.Addresses.First() + "/v1/a")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await client.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
        Assert.True(response.Headers.Contains("Strict-Transport-Security"));

        WriteServer("CN=second");
        Assert.Empty(doors.ReloadCertificates());
        Assert.Equal("CN=second", await SubjectAsync(doors, null));

        File.WriteAllText(files.File("tls.key"), "no key");
        Assert.Equal(files.File("tls.crt"), Assert.Single(doors.ReloadCertificates()).File);
        Assert.Equal("CN=second", await SubjectAsync(doors, null));
    }

    [Fact]
    public async Task WantsAClientCertificateOfItsAuthority()
    {
        await using var doors = await OpenAsync(Config with { ClientAuthorityFile = files.File("ca.crt"), RequireClientCertificate = true });
        using var known = Certificate("CN=client", authority);
        using var stranger = Certificate("CN=stranger", null);
        Assert.Equal("CN=first", await SubjectAsync(doors, known));
        await Assert.ThrowsAnyAsync<Exception>(() => SubjectAsync(doors, stranger));
        await Assert.ThrowsAnyAsync<Exception>(() => SubjectAsync(doors, null));
    }

    [Theory]
    [InlineData(SslProtocols.Tls13, true)]
    [InlineData(SslProtocols.Tls12, false)]
    public async Task HoldsToItsLeastVersion(SslProtocols offered, bool served)
    {
        await using var doors = await OpenAsync(Config with { Protocols = TlsConfig.From13 });
        var subject = SubjectAsync(doors, null, offered);
        if (served) Assert.Equal("CN=first", await subject);
        else await Assert.ThrowsAnyAsync<Exception>(() => subject);
    }

    [Fact]
    public void IsCheckedBeforeTheStart()
    {
        var problems = new ConfigProblems();
        ConfigCheck.Run(
            new ServerConfig
            {
                Listeners = [new ListenerConfig { Address = new(IPAddress.Loopback, 0), Tls = Config with { KeyFile = "/nowhere" } }],
                Storage = new SqliteStorageConfig("/proc/coffer.db"),
                Audit = new AuditConfig { Directories = ["/nowhere"] },
            },
            problems);
        Assert.Equal(3, problems.All.Count);
    }

    private TlsConfig Config => new(files.File("tls.crt"), files.File("tls.key"));

    private static Task<Doors> OpenAsync(TlsConfig tls) => Doors.OpenAsync(
        [new ListenerConfig { Address = new IPEndPoint(IPAddress.Loopback, 0), Tls = tls }],
        new DoorSeams(TestDoor.Echo, _ => false, () => CorsSettings.Off), NullLoggerFactory.Instance);

    /// <summary>Whom the server shows itself as, after a request went through.</summary>
    private static async Task<string> SubjectAsync(Doors doors, X509Certificate2? certificate, SslProtocols protocols = SslProtocols.None)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(doors.Addresses.First()).Port);
        await using var stream = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocols,
            ClientCertificates = certificate is null ? [] : [certificate],
        });
        await stream.WriteAsync("GET /v1/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray());
        var answer = await new StreamReader(stream).ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        return stream.RemoteCertificate!.Subject;
    }

    private void WriteServer(string subject)
    {
        using var certificate = Certificate(subject, null);
        File.WriteAllText(files.File("tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(files.File("tls.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Certificate(string subject, X509Certificate2? issuer, bool isAuthority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (!isAuthority)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.2"), new("1.3.6.1.5.5.7.3.1")], false));
        var (from, until) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        if (issuer is null) return request.CreateSelfSigned(from, until);
        using var signed = request.Create(issuer, from.AddMinutes(1), until.AddMinutes(-1), RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
