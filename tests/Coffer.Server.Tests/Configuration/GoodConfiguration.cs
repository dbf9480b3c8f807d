using System.Net;
using Coffer.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Tests.Configuration;

public sealed class GoodConfiguration
{
    private const string Listener = ConfigTexts.Listener;
    private const string Storage = ConfigTexts.Storage;

    [Fact]
    public void HasVaultsDefaults()
    {
        var config = ConfigTexts.Good(Listener + Storage);
        var listener = Assert.Single(config.Listeners);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 8200), listener.Address);
        Assert.Null(listener.Tls);
        Assert.Equal(32 << 20, listener.MaxRequestSize);
        Assert.Equal(64 << 10, listener.MaxUnauthenticatedRequestSize);
        Assert.Equal(TimeSpan.FromSeconds(90), listener.MaxRequestDuration);
        Assert.Equal(new SqliteStorageConfig("/tmp/c.db"), config.Storage);
        Assert.Equal(new ShamirSealConfig(), config.Seal);
        Assert.Equal(TimeSpan.FromHours(768), config.DefaultLeaseTtl);
        Assert.Equal("1.15.6", config.Version);
        Assert.Equal(LogLevel.Information, config.LogLevel);
        Assert.True(config.Audit.Fsync);
    }

    [Fact]
    public void ReadsEveryKey()
    {
        var config = ConfigTexts.Good("""
            listener "tcp" {
              address = "10.0.0.5:8200"
              tls_cert_file = "/etc/coffer/tls.crt"
              tls_key_file = "/etc/coffer/tls.key"
              tls_min_version = "tls13"
              tls_client_ca_file = "/etc/coffer/ca.crt"
              tls_require_and_verify_client_cert = "true"
              max_request_size = "1MiB"
              max_unauthenticated_request_size = 1024
              max_request_duration = "30s"
              http_read_header_timeout = 5
              http_idle_timeout = "1m"
              x_forwarded_for_authorized_addrs = "10.0.0.0/8, 192.168.1.1"
              x_forwarded_for_hop_skips = 1
              x_forwarded_for_reject_not_present = false
              x_forwarded_for_reject_not_authorized = false
              telemetry { unauthenticated_metrics_access = true }
            }
            storage "postgresql" {
              connection_url = "postgres://coffer@db/coffer"
              max_parallel = "64"
            }
            seal "keyfile" { path = "/etc/coffer/unseal.key" }
            api_addr = "https://vault.example.com:8200/"
            cluster_name = "blue"
            default_lease_ttl = "24h"
            max_lease_ttl = "30d"
            disable_mlock = true
            log_level = "debug"
            log_format = "json"
            telemetry {
              prometheus_retention_time = "30s"
              disable_hostname = true
            }
            audit_directories = ["/var/log/coffer"]
            audit {
              durability = "write"
              path = "/var/lib/coffer/audit"
            }
            version = "1.17.0"
            pid_file = "/run/coffer.pid"
            """);
        var listener = Assert.Single(config.Listeners);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("10.0.0.5"), 8200), listener.Address);
        Assert.Equal(
            new TlsConfig("/etc/coffer/tls.crt", "/etc/coffer/tls.key")
            {
                Protocols = TlsConfig.From13,
                ClientAuthorityFile = "/etc/coffer/ca.crt",
                RequireClientCertificate = true,
            },
            listener.Tls);
        Assert.Equal(1 << 20, listener.MaxRequestSize);
        Assert.Equal(1024, listener.MaxUnauthenticatedRequestSize);
        Assert.Equal(TimeSpan.FromSeconds(30), listener.MaxRequestDuration);
        Assert.Equal(TimeSpan.FromSeconds(5), listener.ReadHeaderTimeout);
        Assert.Equal(TimeSpan.FromMinutes(1), listener.IdleTimeout);
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.168.1.1/32")], listener.ForwardedFor!.Authorized);
        Assert.Equal((1, false, false),
            (listener.ForwardedFor.HopSkips, listener.ForwardedFor.RejectNotPresent, listener.ForwardedFor.RejectNotAuthorized));
        Assert.True(listener.UnauthenticatedMetrics);
        Assert.Equal(new PostgreSqlStorageConfig("postgres://coffer@db/coffer", 64), config.Storage);
        Assert.Equal(new KeyFileSealConfig("/etc/coffer/unseal.key"), config.Seal);
        Assert.Equal(("https://vault.example.com:8200", "blue"), (config.ApiAddr, config.ClusterName));
        Assert.Equal((TimeSpan.FromHours(24), TimeSpan.FromDays(30)), (config.DefaultLeaseTtl, config.MaxLeaseTtl));
        Assert.True(config.DisableMlock);
        Assert.Equal((LogLevel.Debug, true), (config.LogLevel, config.LogJson));
        Assert.Equal(["/var/log/coffer"], config.Audit.Directories);
        Assert.Equal(("/var/lib/coffer/audit", false), (config.Audit.Path, config.Audit.Fsync));
        Assert.Equal(("1.17.0", "/run/coffer.pid"), (config.Version, config.PidFile));
    }

    [Fact]
    public void MayBeJson()
    {
        var config = ConfigTexts.Good("""
            {"listener": [{"tcp": {"address": "127.0.0.1:8210", "tls_disable": 1}}, {"tcp": {"address": "[::1]:8210", "tls_disable": "true"}}],
             "storage": {"sqlite": {"path": "/tmp/c.db"}}, "seal": {"systemd": {"credential": "coffer"}}, "max_lease_ttl": "1000h"}
            """);
        Assert.Equal(["127.0.0.1:8210", "[::1]:8210"], config.Listeners.Select(listener => listener.Address.ToString()));
        Assert.Equal(new SystemdSealConfig("coffer"), config.Seal);
        Assert.Equal(TimeSpan.FromHours(1000), config.MaxLeaseTtl);
    }

    [Fact]
    public void AddsUpFromSeveralFiles()
    {
        var config = ConfigTexts.Good(Listener, Storage, "listener \"tcp\" {\n address = \"0.0.0.0:8300\"\n tls_disable = true\n}");
        Assert.Equal(["127.0.0.1:8200", "0.0.0.0:8300"], config.Listeners.Select(listener => listener.Address.ToString()));
    }

    [Fact]
    public void MayBeAFolder()
    {
        using var folder = new Coffer.TestKit.TempDirectory();
        File.WriteAllText(folder.File("10-listener.hcl"), Listener);
        File.WriteAllText(folder.File("20-storage.json"), """{"storage": {"sqlite": {"path": "/tmp/c.db"}}}""");
        File.WriteAllText(folder.File("notes.txt"), "not read");
        var problems = new ConfigProblems();
        Assert.NotNull(ConfigReader.ReadFiles([folder.Path], problems));
        Assert.Empty(problems.All);
    }

    [Theory]
    [InlineData("127.0.0.1:8200", "127.0.0.1:8200")]
    [InlineData("127.0.0.1", "127.0.0.1:8200")]
    [InlineData("localhost:1", "127.0.0.1:1")]
    [InlineData(":8200", "[::]:8200")]
    [InlineData("[::1]:8201", "[::1]:8201")]
    [InlineData("::1", "[::1]:8200")]
    public void ReadsAddresses(string text, string address) =>
        Assert.Equal(address, ConfigAddress.Parse(text, 8200).ToString());
}
