using Coffer.Server.Configuration;

namespace Coffer.Server.Tests.Configuration;

public sealed class BadConfiguration
{
    private const string Listener = ConfigTexts.Listener;
    private const string Storage = ConfigTexts.Storage;

    [Theory]
    [InlineData("ui = true", "a.hcl:7:1: \"ui\" is a key of Vault that Coffer does not have: there is no web console yet; leave it out")]
    [InlineData("cluster_addr = \"x\"", "a.hcl:7:1: \"cluster_addr\" is a key of Vault that Coffer does not have: nodes find each other")]
    [InlineData("ha_storage \"raft\" {}", "a.hcl:7:1: \"ha_storage\" is a key of Vault")]
    [InlineData("service_registration \"consul\" {}", "let your service discovery check /v1/sys/health")]
    [InlineData("plugin_directory = \"/x\"", "engines and auth methods are built in")]
    [InlineData("raw_storage_endpoint = true", "use `coffer operator snapshot`")]
    [InlineData("license_path = \"/x\"", "Coffer is under Apache-2.0")]
    [InlineData("max_lese_ttl = \"1h\"", "a.hcl:7:1: unknown key \"max_lese_ttl\": did you mean \"max_lease_ttl\"?")]
    [InlineData("frobnicate = 1", "a.hcl:7:1: unknown key \"frobnicate\": known here are ")]
    [InlineData("seal \"awskms\" {}", "a.hcl:7:1: seal \"awskms\" is not in Coffer: use \"keyfile\", \"systemd\" or \"shamir\"")]
    [InlineData("seal \"keyfile\" {}", "seal \"keyfile\" needs \"path\"")]
    [InlineData("seal \"systemd\" { credential = \"../x\" }", "a.hcl:7:31: a credential's name is the name of a file")]
    [InlineData("default_lease_ttl = \"1000h\"", "a.hcl:7:1: \"default_lease_ttl\" is greater than \"max_lease_ttl\"")]
    [InlineData("max_lease_ttl = \"-1h\"", "a.hcl:7:17: a duration must not be negative")]
    [InlineData("max_lease_ttl = \"soon\"", "a.hcl:7:17: time: ")]
    [InlineData("disable_mlock = \"maybe\"", "a.hcl:7:17: expected true or false")]
    [InlineData("log_level = \"loud\"", "a.hcl:7:13: \"log_level\" is one of \"trace\"")]
    [InlineData("api_addr = \"vault:8200\"", "a.hcl:7:12: \"vault:8200\" is no address such as")]
    [InlineData("version = \"1.8\"", "a.hcl:7:11: \"1.8\" is no semantic version")]
    [InlineData("audit { durability = \"none\" }", "a.hcl:7:22: \"durability\" is one of \"fsync\", \"write\"")]
    [InlineData("audit_directories = [\"logs\"]", "a.hcl:7:1: \"logs\" is no absolute path")]
    [InlineData("telemetry { statsd_address = \"x\" }", "a.hcl:7:13: \"statsd_address\" is a key of Vault that")]
    [InlineData("telemetry { prometheus_retention_time = 0 }", "metrics can't be turned off")]
    [InlineData("storage \"sqlite\" { path = \"/y\" }", "a.hcl:7:1: only one \"storage\" is allowed; the first is in a.hcl:4")]
    [InlineData("log_level = \"info\"\nlog_level = \"info\"", "a.hcl:8:1: \"log_level\" is already set on line 7")]
    public void NamesPlaceAndAlternative(string line, string problem) =>
        Assert.Contains(problem, ConfigTexts.Problem(Listener + Storage + line), StringComparison.Ordinal);

    [Theory]
    [InlineData("raft")]
    [InlineData("file")]
    [InlineData("inmem")]
    [InlineData("consul")]
    public void NamesTheStoragesThereAre(string storage) => Assert.Contains(
        $"a.hcl:4:1: storage \"{storage}\" is not in Coffer: use \"sqlite\" on one machine or \"postgresql\" for several",
        ConfigTexts.Problem(Listener + $"storage \"{storage}\" {{ path = \"/x\" }}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("address = \"nowhere\"", "a.hcl:2:11: \"nowhere\" is no address to listen on")]
    [InlineData("address = \"127.0.0.1:99999\"", "is no address to listen on")]
    [InlineData("cluster_address = \"x\"", "a.hcl:2:1: \"cluster_address\" is a key of Vault")]
    [InlineData("proxy_protocol_behavior = \"use_always\"", "x_forwarded_for_authorized_addrs")]
    [InlineData("tls_cert_file = \"/x\"", "\"tls_disable\" is set beside other tls_ keys")]
    [InlineData("max_request_size = \"2GiB\"", "a.hcl:2:20: \"max_request_size\" must be more than zero and at most 1 GiB")]
    [InlineData("max_request_duration = 0", "a.hcl:2:24: \"max_request_duration\" must be more than zero")]
    [InlineData("x_forwarded_for_authorized_addrs = \"10.0.0.0/99\"", "a.hcl:2:36: \"10.0.0.0/99\" is neither an address nor a network")]
    [InlineData("x_forwarded_for_hop_skips = 1", "means nothing without \"x_forwarded_for_authorized_addrs\"")]
    [InlineData("tls_min_version = \"tls10\"", "a.hcl:2:19: \"tls_min_version\" is one of \"tls12\", \"tls13\"")]
    public void NamesPlaceInTheListener(string line, string problem) => Assert.Contains(
        problem, ConfigTexts.Problem($"listener \"tcp\" {{\n{line}\ntls_disable = true\n}}\n" + Storage), StringComparison.Ordinal);

    [Fact]
    public void WantsTlsOrASayingNo() => Assert.Contains(
        "\"tls_cert_file\" and \"tls_key_file\" are needed", ConfigTexts.Problem("listener \"tcp\" {}\n" + Storage), StringComparison.Ordinal);

    [Fact]
    public void ListsAllProblemsAtOnce()
    {
        var (_, problems) = ConfigTexts.Read("ui = true\n", "seal \"x\" {}\nlog_level = 5\n");
        Assert.Equal(5, problems.Count);
        Assert.Contains(problems, problem => problem.StartsWith("b.hcl:2:13:", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("\"listener\" is missing", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("\"storage\" is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void RefusesAKeyThatTwoFilesSet() => Assert.Contains(
        "b.hcl:1:13: \"log_level\" is already set in a.hcl:1",
        ConfigTexts.Problem("log_level = \"info\"\n" + Listener + Storage, "log_level = \"warn\""), StringComparison.Ordinal);

    [Fact]
    public void NamesAFileThatCannotBeRead()
    {
        var problems = new ConfigProblems();
        Assert.Null(ConfigReader.ReadFiles(["/nowhere/coffer.hcl"], problems));
        Assert.StartsWith("/nowhere/coffer.hcl: ", Assert.Single(problems.All), StringComparison.Ordinal);
    }

    [Fact]
    public void NeverShowsTheConnectionUrl() => Assert.DoesNotContain(
        "hunter2", new PostgreSqlStorageConfig("postgres://u:hunter2@db/x", 1).ToString(), StringComparison.Ordinal);
}
