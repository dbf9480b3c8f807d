using System.Collections.Frozen;

namespace Coffer.Server.Configuration;

/// <summary>Keys of Vault's configuration that Coffer does not have, and what takes their place. None is ever silently ignored.</summary>
internal static class VaultOnly
{
    private const string Leave = "leave it out";
    private const string Nodes =
        "nodes find each other through the PostgreSQL storage that they share, and each serves reads and writes; " + Leave;
    private const string Files = "cofferd logs to standard error: the service manager keeps and rotates it";
    private const string Pulled = "metrics are pulled: let Prometheus scrape /v1/sys/metrics?format=prometheus";
    private const string Proxies = "proxies are recognised by \"x_forwarded_for_authorized_addrs\"";

    public static readonly FrozenDictionary<string, string> Top = new Dictionary<string, string>
    {
        ["ui"] = "there is no web console yet; " + Leave,
        ["cluster_addr"] = Nodes,
        ["ha_storage"] = "with storage \"postgresql\" every node serves; " + Leave,
        ["disable_clustering"] = Nodes,
        ["cluster_cipher_suites"] = Nodes,
        ["enable_response_header_hostname"] = Leave,
        ["enable_response_header_raft_node_id"] = Leave,
        ["service_registration"] = "let your service discovery check /v1/sys/health",
        ["backend"] = "write storage \"sqlite\" or storage \"postgresql\"",
        ["ha_backend"] = "with storage \"postgresql\" every node serves; " + Leave,
        ["hsm"] = "use seal \"keyfile\", \"systemd\" or \"shamir\"",
        ["entropy"] = "random numbers are the operating system's; " + Leave,
        ["kms_library"] = "use seal \"keyfile\", \"systemd\" or \"shamir\"",
        ["plugin_directory"] = "engines and auth methods are built in; " + Leave,
        ["plugin_tmpdir"] = "engines and auth methods are built in; " + Leave,
        ["plugin_file_uid"] = "engines and auth methods are built in; " + Leave,
        ["plugin_file_permissions"] = "engines and auth methods are built in; " + Leave,
        ["raw_storage_endpoint"] = "nobody reads below the barrier: use `coffer operator snapshot`",
        ["introspection_endpoint"] = Leave,
        ["license_path"] = "there is no licence to give: Coffer is under Apache-2.0; " + Leave,
        ["disable_cache"] = "the cache holds ciphertext only; " + Leave,
        ["cache_size"] = "the cache is bounded by bytes; " + Leave,
        ["disable_performance_standby"] = Leave,
        ["disable_sealwrap"] = Leave,
        ["disable_printable_check"] = "paths with control characters are always refused; " + Leave,
        ["default_max_request_duration"] = "set \"max_request_duration\" in the listener",
        ["log_file"] = Files,
        ["log_rotate_bytes"] = Files,
        ["log_rotate_duration"] = Files,
        ["log_rotate_max_files"] = Files,
        ["log_requests_level"] = "requests are in the audit log",
        ["detect_deadlocks"] = Leave,
        ["experiments"] = Leave,
        ["reporting"] = "nothing is reported to anyone; " + Leave,
        ["user_lockout"] = "lockout is tuned at the auth mount",
        ["administrative_namespace_path"] = "only the root namespace is served; " + Leave,
        ["imprecise_lease_role_tracking"] = Leave,
        ["enable_post_unseal_trace"] = Leave,
        ["post_unseal_trace_directory"] = Leave,
        ["allow_audit_log_prefixing"] = Leave,
        ["add_mount_point_rate_limit_metrics"] = Leave,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, string> Listener = new Dictionary<string, string>
    {
        ["cluster_address"] = Nodes,
        ["http_read_timeout"] = "slow senders are cut off by rate; set \"http_read_header_timeout\" or \"max_request_duration\"",
        ["http_write_timeout"] = "slow readers are cut off by rate; set \"max_request_duration\"",
        ["proxy_protocol_behavior"] = Proxies,
        ["proxy_protocol_authorized_addrs"] = Proxies,
        ["x_forwarded_for_client_cert_header"] = "client certificates are taken from the connection only",
        ["tls_cipher_suites"] = "the system's OpenSSL configuration chooses the cipher suites",
        ["tls_prefer_server_cipher_suites"] = "the system's OpenSSL configuration chooses the cipher suites",
        ["tls_max_version"] = "TLS 1.3 is always offered; set \"tls_min_version\"",
        ["profiling"] = "there are no profiling endpoints; use dotnet-trace with diagnostics enabled",
        ["inflight_requests_logging"] = "read sys/in-flight-req with a token",
        ["custom_response_headers"] = "set them in the proxy in front",
        ["agent_api"] = "it belongs to the agent",
        ["agent"] = "it belongs to the agent",
        ["proxy_api"] = "it belongs to the agent",
        ["require_request_header"] = "it belongs to the agent",
        ["role"] = "it belongs to the agent",
        ["redact_addresses"] = "no versions or stacks are shown in errors; " + Leave,
        ["redact_cluster_name"] = Leave,
        ["redact_version"] = "set \"version\" to what should be reported",
        ["chroot_namespace"] = "only the root namespace is served; " + Leave,
        ["disable_request_limiter"] = "set rate limits with sys/quotas/rate-limit",
        ["disable_replication_status_endpoints"] = Leave,
        ["socket_mode"] = "listen on a TCP address",
        ["socket_user"] = "listen on a TCP address",
        ["socket_group"] = "listen on a TCP address",
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, string> ListenerTelemetry = new Dictionary<string, string>
    {
        ["disallow_metrics"] = "a policy without sys/metrics keeps it from tokens",
        ["metrics_only"] = "a policy without anything but sys/metrics, and a network rule, does this",
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, string> Telemetry = new[]
        {
            "statsite_address", "statsd_address", "circonus_api_token", "circonus_api_app", "circonus_api_url", "circonus_broker_id",
            "circonus_submission_interval", "circonus_submission_url", "circonus_check_id", "circonus_check_tags",
            "circonus_check_instance_id", "circonus_check_search_tag", "circonus_check_display_name", "circonus_broker_select_tag",
            "dogstatsd_addr", "dogstatsd_tags", "stackdriver_project_id", "stackdriver_location", "stackdriver_namespace",
            "stackdriver_debug_logs", "prefix_filter", "metrics_prefix",
        }
        .ToDictionary(key => key, _ => Pulled)
        .Concat(new Dictionary<string, string>
        {
            ["enable_hostname_label"] = "Prometheus labels each node itself (instance); " + Leave,
            ["usage_gauge_period"] = "gauges are read when asked; " + Leave,
            ["maximum_gauge_cardinality"] = "no label is unbounded; " + Leave,
            ["lease_metrics_epsilon"] = Leave,
            ["num_lease_metrics_buckets"] = Leave,
            ["add_lease_metrics_namespace_labels"] = Leave,
            ["filter_default"] = Leave,
        })
        .ToFrozenDictionary();

    public static readonly FrozenDictionary<string, string> PostgreSql = new Dictionary<string, string>
    {
        ["table"] = "the tables are Coffer's own: choose the database and schema in \"connection_url\"",
        ["ha_table"] = "the tables are Coffer's own: choose the database and schema in \"connection_url\"",
        ["ha_enabled"] = "every node serves; " + Leave,
        ["max_idle_connections"] = "set \"max_parallel\"",
        ["max_connect_retries"] = "a lost connection heals by itself; " + Leave,
        ["skip_create_table"] = "tables are made at the first start; " + Leave,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, string> Seal = new Dictionary<string, string>
    {
        ["priority"] = "there is one seal; " + Leave,
        ["name"] = "there is one seal; " + Leave,
        ["disabled"] = "name only the new seal here; `coffer operator unseal -migrate` moves from the old",
    }.ToFrozenDictionary();
}
