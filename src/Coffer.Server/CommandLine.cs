using System.Net;
using Coffer.Server.Configuration;

namespace Coffer.Server;

/// <summary>What cofferd was asked to do. Vault's single-dash spellings work too, values follow after <c>=</c> or a space.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        Usage: cofferd --config FILE [--config FILE …]
               cofferd --dev [options]

        cofferd serves secrets over HashiCorp Vault's HTTP API.

          --config=PATH              a configuration file (HCL or JSON), or a folder of them; may be given several times
          --check                    check the configuration and what it names, start nothing; exit status 1 if it is wrong
          --init-to=DIR              if the storage is empty: initialise it, mount kv version 2 at secret/, and write the root token
                                     (with a Shamir seal, the unseal keys too) into files of mode 0600 in DIR; later starts
                                     change nothing
          --dev                      serve from memory, unsealed, with kv version 2 at secret/: for trying out, never for real secrets
          --dev-root-token-id=TOKEN  the root token of --dev (else a random one)
          --dev-listen-address=A:P   where --dev listens (127.0.0.1:8200)
          --dev-no-store-token       do not write the root token of --dev to ~/.vault-token
          --log-level=LEVEL          trace, debug, info, warn or error, in place of the configuration's
          --version                  print the version
          --help                     print this
        """;

    private static readonly string[] Flags =
    [
        "config", "check", "init-to", "dev", "dev-root-token-id", "dev-listen-address", "dev-no-store-token", "log-level", "version",
        "help",
    ];

    public IReadOnlyList<string> ConfigPaths { get; init; } = [];

    public bool Check { get; init; }

    public string? InitTo { get; init; }

    public bool Dev { get; init; }

    public string? DevRootTokenId { get; init; }

    public IPEndPoint? DevListenAddress { get; init; }

    public bool DevNoStoreToken { get; init; }

    public LogLevel? LogLevel { get; init; }

    public bool Version { get; init; }

    public bool Help { get; init; }

    /// <exception cref="FormatException">Says which argument is wrong, and what was meant perhaps.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (i == 0 && argument == "server") continue;
            if (argument is "-h") argument = "--help";
            if (!argument.StartsWith('-')) throw new FormatException($"unexpected argument \"{argument}\"");
            var name = argument.TrimStart('-');
            var at = name.IndexOf('=', StringComparison.Ordinal);
            var value = at < 0 ? null : name[(at + 1)..];
            if (at >= 0) name = name[..at];
            if (argument.StartsWith("---", StringComparison.Ordinal) || !Flags.Contains(name))
            {
                var near = NearestName.Find(name, Flags);
                throw new FormatException($"unknown flag --{name}" + (near is null ? "" : $": did you mean --{near}?"));
            }
            line = name switch
            {
                "config" => line with { ConfigPaths = [.. line.ConfigPaths, Value()] },
                "check" => line with { Check = Switch() },
                "init-to" => line with { InitTo = Path.GetFullPath(Value()) },
                "dev" => line with { Dev = Switch() },
                "dev-root-token-id" => line with { Dev = true, DevRootTokenId = RootToken(Value()) },
                "dev-listen-address" => line with { Dev = true, DevListenAddress = ConfigAddress.Parse(Value(), 8200) },
                "dev-no-store-token" => line with { DevNoStoreToken = Switch() },
                "log-level" => line with { LogLevel = Level(Value()) },
                "version" => line with { Version = Switch() },
                _ => line with { Help = Switch() },
            };

            string Value()
            {
                value ??= i + 1 < arguments.Count && !arguments[i + 1].StartsWith('-') ? arguments[++i] : null;
                return value is { Length: > 0 } ? value : throw new FormatException($"--{name} needs a value");
            }

            bool Switch() => value switch
            {
                null or "true" or "1" => true,
                "false" or "0" => false,
                _ => throw new FormatException($"--{name} is a switch and takes no value"),
            };
        }
        return line.Checked();
    }

    private CommandLine Checked()
    {
        if (Help || Version) return this;
        if (Dev && ConfigPaths.Count > 0) throw new FormatException("--dev keeps nothing and takes no --config: give one or the other");
        if (Dev && (Check || InitTo is not null)) throw new FormatException("--dev goes with neither --check nor --init-to");
        if (!Dev && DevNoStoreToken) throw new FormatException("--dev-no-store-token needs --dev");
        if (!Dev && ConfigPaths.Count == 0) throw new FormatException("nothing to do: give --config FILE, or --dev to try it out");
        return this;
    }

    private static string RootToken(string token) =>
        token.Contains('.', StringComparison.Ordinal) || token.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? throw new FormatException("a root token's id holds neither dots nor spaces")
            : token;

    private static LogLevel Level(string text) => text switch
    {
        "trace" => Microsoft.Extensions.Logging.LogLevel.Trace,
        "debug" => Microsoft.Extensions.Logging.LogLevel.Debug,
        "info" => Microsoft.Extensions.Logging.LogLevel.Information,
        "warn" => Microsoft.Extensions.Logging.LogLevel.Warning,
        "error" => Microsoft.Extensions.Logging.LogLevel.Error,
        _ => throw new FormatException("--log-level is one of trace, debug, info, warn, error"),
    };
}
