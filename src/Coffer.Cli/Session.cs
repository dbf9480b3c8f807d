using System.CommandLine;
using System.Security.Cryptography;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli;

/// <summary>One invocation: what was asked, the client to ask with, and where the answer goes.</summary>
internal sealed class Session(ParseResult parse) : IDisposable
{
    private CofferClient? _client;

    /// <summary>The client, made when it is first wanted, from options, environment and the token file in this order.</summary>
    public CofferClient Client => _client ??= Connect(withToken: true);

    public bool HasToken => !string.IsNullOrEmpty(_client?.Token);

    public OutputFormat Format
    {
        get
        {
            if (Get(Options.Json))
                return OutputFormat.Json;
            string? named = Get(Options.Format) ?? Variable("FORMAT");
            return named switch
            {
                null or "" or "table" => OutputFormat.Table,
                "json" => OutputFormat.Json,
                "yaml" or "yml" => OutputFormat.Yaml,
                _ => throw new LocalException($"COFFER_FORMAT is \"{named}\", which is not table, json or yaml."),
            };
        }
    }

    /// <summary>The value of an option, or its default when the command does not have it.</summary>
    public T? Get<T>(Option<T> option) => parse.GetResult(option) is null ? default : parse.GetValue(option);

    public bool Has(Option option) => parse.GetResult(option) is { Implicit: false };

    public T Get<T>(Argument<T> argument) => parse.GetValue(argument)!;

    public string? Wanted => Get(Options.Field);

    public static string? Variable(string name) =>
        Environment.GetEnvironmentVariable("COFFER_" + name) is { Length: > 0 } own ? own : Environment.GetEnvironmentVariable("VAULT_" + name);

    /// <summary>A client that acts by no token, or by another one.</summary>
    public CofferClient ConnectAs(string? token)
    {
        _client?.Dispose();
        _client = Connect(withToken: false);
        _client.Token = token;
        return _client;
    }

    public void Dispose() => _client?.Dispose();

    private CofferClient Connect(bool withToken)
    {
        try
        {
            CofferOptions options = CofferOptions.FromEnvironment();
            options.UserAgent = "coffer/" + VersionInfo.Version;
            if (Get(Options.Address) is { } address)
                options.Address = EnvironmentOptions.ParseAddress(address)
                    ?? throw new LocalException($"-address \"{address}\" is not an address such as https://host:8200.");
            options.CaCertificateFile = Get(Options.CaCert) ?? options.CaCertificateFile;
            options.CaCertificateDirectory = Get(Options.CaPath) ?? options.CaCertificateDirectory;
            options.ClientCertificateFile = Get(Options.ClientCert) ?? options.ClientCertificateFile;
            options.ClientKeyFile = Get(Options.ClientKey) ?? options.ClientKeyFile;
            options.TlsServerName = Get(Options.TlsServerName) ?? options.TlsServerName;
            options.Namespace = Get(Options.Namespace) ?? options.Namespace;
            options.WrapTtl = Get(Options.WrapTtl) ?? options.WrapTtl;
            options.SkipVerify |= Get(Options.TlsSkipVerify);
            if (withToken)
                options.Token ??= TokenFile.Read();
            return new CofferClient(options);
        }
        catch (Exception e) when (e is CryptographicException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LocalException($"A certificate or key cannot be read: {e.Message}");
        }
    }
}
