using Coffer.Formats.Hcl;

namespace Coffer.Server.Configuration;

/// <summary>Reads the <c>listener</c> blocks.</summary>
internal static class ListenerReader
{
    private const int DefaultPort = 8200;

    public static IReadOnlyList<ListenerConfig> Read(ConfigSection top)
    {
        var listeners = new List<ListenerConfig>();
        var blocks = top.Blocks("listener", 1);
        foreach (var (block, _, section) in blocks)
        {
            if (block.Labels[0].Text != "tcp")
                top.Problem("listener", $"listener \"{block.Labels[0].Text}\" is not in Coffer: use \"tcp\"");
            else
                listeners.Add(Read(section, block));
        }
        if (blocks.Count == 0)
            top.Problem("listener", "\"listener\" is missing: listener \"tcp\" { address = \"127.0.0.1:8200\" … }");
        if (listeners.GroupBy(listener => listener.Address).FirstOrDefault(group => group.Count() > 1) is { } twice)
            top.Problem("listener", $"two listeners have the address {twice.Key}");
        if (listeners.Select(listener => (listener.ReadHeaderTimeout, listener.IdleTimeout)).Distinct().Count() > 1)
            top.Problem("listener", "\"http_read_header_timeout\" and \"http_idle_timeout\" must be the same in all listeners");
        return listeners;
    }

    private static ListenerConfig Read(ConfigSection section, HclBlock block)
    {
        var listener = new ListenerConfig
        {
            Address = section.Address("address", DefaultPort) ?? ConfigAddress.Parse("127.0.0.1", DefaultPort),
            Tls = Tls(section),
            ForwardedFor = ForwardedFor(section),
            UnauthenticatedMetrics = Telemetry(section),
        };
        listener = listener with
        {
            MaxRequestSize = section.Size("max_request_size") ?? listener.MaxRequestSize,
            MaxUnauthenticatedRequestSize = section.Size("max_unauthenticated_request_size") ?? listener.MaxUnauthenticatedRequestSize,
            MaxRequestDuration = section.Timeout("max_request_duration") ?? listener.MaxRequestDuration,
            ReadHeaderTimeout = section.Timeout("http_read_header_timeout") ?? listener.ReadHeaderTimeout,
            IdleTimeout = section.Timeout("http_idle_timeout") ?? listener.IdleTimeout,
        };
        section.Finish(VaultOnly.Listener);
        return listener;
    }

    private static TlsConfig? Tls(ConfigSection section)
    {
        var disable = section.Bool("tls_disable") ?? false;
        var certificate = section.Text("tls_cert_file");
        var key = section.Text("tls_key_file");
        var authority = section.Text("tls_client_ca_file");
        var protocols = section.OneOf("tls_min_version", ("tls12", TlsConfig.From12), ("tls13", TlsConfig.From13));
        var require = section.Bool("tls_require_and_verify_client_cert") ?? false;
        var never = section.Bool("tls_disable_client_certs") ?? false;
        if (disable)
        {
            if (certificate is not null || key is not null || authority is not null || require)
                section.Problem("tls_disable", "\"tls_disable\" is set beside other tls_ keys: remove one or the other");
            return null;
        }
        if (certificate is null || key is null)
        {
            section.Problem("tls_cert_file",
                "\"tls_cert_file\" and \"tls_key_file\" are needed; tls_disable = true serves plain HTTP, for a proxy on this machine");
            return null;
        }
        if (never && (require || authority is not null))
            section.Problem("tls_disable_client_certs", "\"tls_disable_client_certs\" contradicts the other keys for clients");
        if (authority is not null && !require)
            section.Problem("tls_client_ca_file", "\"tls_client_ca_file\" means nothing without \"tls_require_and_verify_client_cert\"");
        return new TlsConfig(Path.GetFullPath(certificate), Path.GetFullPath(key))
        {
            ClientAuthorityFile = authority is null ? null : Path.GetFullPath(authority),
            RequireClientCertificate = require,
            DisableClientCertificates = never,
#pragma warning disable CA5398 // see TlsConfig
            Protocols = protocols ?? TlsConfig.From12,
#pragma warning restore CA5398
        };
    }

    private static ForwardedForConfig? ForwardedFor(ConfigSection section)
    {
        const string authorizedKey = "x_forwarded_for_authorized_addrs";
        string[] details = ["x_forwarded_for_hop_skips", "x_forwarded_for_reject_not_present", "x_forwarded_for_reject_not_authorized"];
        var authorized = section.Networks(authorizedKey);
        var skips = section.Integer(details[0], 0, 100);
        var present = section.Bool(details[1]);
        var allowed = section.Bool(details[2]);
        if (authorized is not null)
        {
            return new ForwardedForConfig(authorized)
            {
                HopSkips = skips ?? 0,
                RejectNotPresent = present ?? true,
                RejectNotAuthorized = allowed ?? true,
            };
        }
        if ((skips is not null ? details[0] : present is not null ? details[1] : allowed is not null ? details[2] : null) is { } detail)
            section.Problem(detail, $"\"{detail}\" means nothing without \"{authorizedKey}\"");
        return null;
    }

    private static bool Telemetry(ConfigSection section)
    {
        if (section.Block("telemetry", 0) is not { Section: var telemetry }) return false;
        var open = telemetry.Bool("unauthenticated_metrics_access") ?? false;
        telemetry.Finish(VaultOnly.ListenerTelemetry);
        return open;
    }
}
