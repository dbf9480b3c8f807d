using System.Globalization;
using Npgsql;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>Turns <c>postgres://user:password@host:port/database?sslmode=…</c> into what the driver takes.</summary>
internal static class ConnectionUrl
{
    /// <summary>What holds where the operator says nothing: an unreachable server is reported soon.</summary>
    private const string Defaults = "Timeout=5;Application Name=coffer;";

    /// <exception cref="ArgumentException">Not a URL of PostgreSQL, or a parameter that is not known; never says the password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string url)
    {
        if (!url.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
            && !url.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
        {
            return Keywords(url);
        }
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
            throw new ArgumentException("connection_url is not a URL such as postgres://user:password@host:5432/database");
        var builder = new NpgsqlConnectionStringBuilder(Defaults) { Host = parsed.Host.Trim('[', ']') };
        if (parsed.Port > 0)
            builder.Port = parsed.Port;
        if (parsed.UserInfo.Length > 0)
        {
            var colon = parsed.UserInfo.IndexOf(':', StringComparison.Ordinal);
            builder.Username = Uri.UnescapeDataString(colon < 0 ? parsed.UserInfo : parsed.UserInfo[..colon]);
            if (colon >= 0)
                builder.Password = Uri.UnescapeDataString(parsed.UserInfo[(colon + 1)..]);
        }
        if (parsed.AbsolutePath.Length > 1)
            builder.Database = Uri.UnescapeDataString(parsed.AbsolutePath[1..]);
        foreach (var pair in parsed.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            Set(builder, name, equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]));
        }
        return builder;
    }

    private static NpgsqlConnectionStringBuilder Keywords(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(Defaults + text);
        }
        catch (ArgumentException)
        {
            // The driver's message may quote a part of the string, and that may be the password.
            throw new ArgumentException("connection_url is neither a postgres:// URL nor a list such as Host=…;Database=…");
        }
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        switch (name)
        {
            case "sslmode": builder.SslMode = Mode(value); break;
            case "sslrootcert": builder.RootCertificate = value; break;
            case "sslcert": builder.SslCertificate = value; break;
            case "sslkey": builder.SslKey = value; break;
            case "sslpassword": builder.SslPassword = value; break;
            case "host": builder.Host = value; break; // a directory: the Unix socket in it
            case "port": builder.Port = Number(name, value); break;
            case "user": builder.Username = value; break;
            case "password": builder.Password = value; break;
            case "dbname": builder.Database = value; break;
            case "application_name": builder.ApplicationName = value; break;
            case "connect_timeout": builder.Timeout = Number(name, value); break;
            case "search_path": builder.SearchPath = value; break;
            case "options": builder.Options = value; break;
            default: throw new ArgumentException($"connection_url has a parameter that is not known: {name}");
        }
    }

    private static SslMode Mode(string value) => value switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new ArgumentException("connection_url: sslmode is disable, allow, prefer, require, verify-ca or verify-full"),
    };

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"connection_url: {name} is not a number");
}
