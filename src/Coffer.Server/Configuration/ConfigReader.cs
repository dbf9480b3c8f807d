using System.Text.RegularExpressions;
using Coffer.Formats.Hcl;

namespace Coffer.Server.Configuration;

/// <summary>Reads the configuration from Vault's HCL or its JSON spelling, out of one file or several that add up to one.</summary>
internal static partial class ConfigReader
{
    /// <summary>The configuration, or null with all that is wrong in <paramref name="problems"/>.</summary>
    /// <param name="paths">Files, or folders whose <c>.hcl</c> and <c>.json</c> files are read in order of their names.</param>
    public static ServerConfig? ReadFiles(IReadOnlyList<string> paths, ConfigProblems problems)
    {
        var bodies = new List<(string, HclBody)>();
        foreach (var file in paths.SelectMany(path => Files(path, problems)))
        {
            try
            {
                bodies.Add((file, HclDocument.Parse(File.ReadAllText(file))));
            }
            catch (HclException e)
            {
                problems.Add(file, e.Line, e.Column, e.Problem);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{file}: {e.Message}");
            }
        }
        return problems.All.Count > 0 || bodies.Count == 0 ? null : Read(bodies, problems);
    }

    /// <summary>The configuration, or null with all that is wrong in <paramref name="problems"/>.</summary>
    public static ServerConfig? Read(IReadOnlyList<(string File, HclBody Body)> bodies, ConfigProblems problems)
    {
        var top = new ConfigSection(bodies, problems);
        var config = new ServerConfig
        {
            Listeners = ListenerReader.Read(top),
            Storage = Storage(top),
            Seal = Seal(top),
            ApiAddr = top.Parsed("api_addr", ApiAddr),
            ClusterName = top.Text("cluster_name"),
            DefaultLeaseTtl = top.Ttl("default_lease_ttl") ?? TimeSpan.FromHours(768),
            MaxLeaseTtl = top.Ttl("max_lease_ttl") ?? TimeSpan.FromHours(768),
            DisableMlock = top.Bool("disable_mlock") ?? false,
            LogLevel = top.OneOf("log_level",
                ("trace", LogLevel.Trace), ("debug", LogLevel.Debug), ("info", LogLevel.Information),
                ("warn", LogLevel.Warning), ("warning", LogLevel.Warning), ("error", LogLevel.Error)) ?? LogLevel.Information,
            LogJson = top.OneOf("log_format", ("standard", false), ("json", true)) ?? false,
            Audit = Audit(top),
            Version = top.Parsed("version", Version) ?? ServerConfig.DefaultVaultVersion,
            PidFile = top.Text("pid_file"),
        };
        if (config.DefaultLeaseTtl > config.MaxLeaseTtl)
            top.Problem("default_lease_ttl", "\"default_lease_ttl\" is greater than \"max_lease_ttl\"");
        if (config is { Audit.Path: null, Storage: PostgreSqlStorageConfig })
        {
            top.Problem("storage",
                "with storage \"postgresql\", say where this node keeps its own audit log: audit { path = \"/var/lib/coffer/audit\" }");
        }
        Telemetry(top);
        top.Finish(VaultOnly.Top);
        return problems.All.Count > 0 ? null : config;
    }

    private static IEnumerable<string> Files(string path, ConfigProblems problems)
    {
        if (!Directory.Exists(path)) return [path];
        string[] files = [.. Directory.EnumerateFiles(path)
            .Where(file => Path.GetExtension(file) is ".hcl" or ".json").Order(StringComparer.Ordinal)];
        if (files.Length == 0) problems.Add($"{path}: there is no .hcl or .json file in this folder");
        return files;
    }

    private static StorageConfig Storage(ConfigSection top)
    {
        StorageConfig none = new SqliteStorageConfig(null);
        if (top.Block("storage", 1) is not { } found)
        {
            top.Problem("storage", "\"storage\" is missing: storage \"sqlite\" { path = \"/var/lib/coffer/coffer.db\" }");
            return none;
        }
        var section = found.Section;
        switch (found.Block.Labels[0].Text)
        {
            case "sqlite":
                var path = section.Text("path");
                if (path is null) section.Missing("path", "storage \"sqlite\" needs \"path\", the database file");
                section.Finish();
                return new SqliteStorageConfig(path is null ? null : Path.GetFullPath(path));
            case "postgresql":
                var url = section.Text("connection_url");
                if (url is null) section.Missing("connection_url", "storage \"postgresql\" needs \"connection_url\"");
                var parallel = section.Integer("max_parallel", 1, 1000) ?? 32;
                section.Finish(VaultOnly.PostgreSql);
                return new PostgreSqlStorageConfig(url ?? "", parallel);
            case var other:
                top.Problem("storage",
                    $"storage \"{other}\" is not in Coffer: use \"sqlite\" on one machine or \"postgresql\" for several");
                return none;
        }
    }

    private static SealConfig Seal(ConfigSection top)
    {
        if (top.Block("seal", 1) is not { } found) return new ShamirSealConfig();
        var section = found.Section;
        SealConfig seal = new ShamirSealConfig();
        switch (found.Block.Labels[0].Text)
        {
            case "shamir":
                break;
            case "keyfile":
                if (section.Text("path") is { } path) seal = new KeyFileSealConfig(Path.GetFullPath(path));
                else section.Missing("path", "seal \"keyfile\" needs \"path\", a file of mode 0600 with the key");
                break;
            case "systemd":
                if (section.Parsed("credential", Credential) is { } credential) seal = new SystemdSealConfig(credential);
                else section.Missing("credential", "seal \"systemd\" needs \"credential\", the name given to LoadCredentialEncrypted=");
                break;
            case var other:
                top.Problem("seal", $"seal \"{other}\" is not in Coffer: use \"keyfile\", \"systemd\" or \"shamir\"");
                return seal;
        }
        section.Finish(VaultOnly.Seal);
        return seal;
    }

    private static AuditConfig Audit(ConfigSection top)
    {
        var directories = top.Strings("audit_directories") ?? [];
        if (directories.FirstOrDefault(directory => !Path.IsPathRooted(directory)) is { } relative)
            top.Problem("audit_directories", $"\"{relative}\" is no absolute path");
        var audit = new AuditConfig { Directories = [.. directories.Select(Path.GetFullPath)] };
        if (top.Block("audit", 0) is not { Section: var section }) return audit;
        audit = audit with
        {
            Path = section.Text("path") is { } path ? Path.GetFullPath(path) : null,
            Fsync = section.OneOf("durability", ("fsync", true), ("write", false)) ?? true,
        };
        section.Finish();
        return audit;
    }

    private static void Telemetry(ConfigSection top)
    {
        if (top.Block("telemetry", 0) is not { Section: var section }) return;
        if (section.Duration("prometheus_retention_time") == TimeSpan.Zero)
            section.Problem("prometheus_retention_time", "metrics can't be turned off: a policy decides who may read sys/metrics");
        if (section.Bool("disable_hostname") == false)
            section.Problem("disable_hostname", "no host name stands in front of a metric's name: Prometheus labels each node itself");
        section.Finish(VaultOnly.Telemetry);
    }

    private static string ApiAddr(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/"
            ? text.TrimEnd('/')
            : throw new FormatException($"\"{text}\" is no address such as https://vault.example.com:8200");

    private static string Credential(string text) =>
        text.Length > 0 && text.IndexOfAny(['/', '\0']) < 0 && text is not ("." or "..")
            ? text
            : throw new FormatException("a credential's name is the name of a file, without a folder");

    private static string Version(string text) =>
        SemanticVersion().IsMatch(text)
            ? text
            : throw new FormatException($"\"{text}\" is no semantic version such as {ServerConfig.DefaultVaultVersion}");

    [GeneratedRegex(@"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?\z")]
    private static partial Regex SemanticVersion();
}
