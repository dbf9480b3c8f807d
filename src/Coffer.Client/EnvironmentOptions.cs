using System.Globalization;
using Coffer.Formats;

namespace Coffer.Client;

/// <summary>Reads options from <c>COFFER_*</c> variables, each falling back to its <c>VAULT_*</c> namesake.</summary>
internal static class EnvironmentOptions
{
    public static CofferOptions Read(Func<string, string?> variable)
    {
        var options = new CofferOptions
        {
            Token = Text(variable, "TOKEN").Value,
            Namespace = Text(variable, "NAMESPACE").Value,
            CaCertificateFile = Text(variable, "CACERT").Value,
            CaCertificateDirectory = Text(variable, "CAPATH").Value,
            ClientCertificateFile = Text(variable, "CLIENT_CERT").Value,
            ClientKeyFile = Text(variable, "CLIENT_KEY").Value,
            TlsServerName = Text(variable, "TLS_SERVER_NAME").Value,
            WrapTtl = Text(variable, "WRAP_TTL").Value,
        };
        if (Text(variable, "ADDR") is { Value: { } address } addressFrom)
            options.Address = ParseAddress(address) ?? throw Unreadable(addressFrom.Name, address, "an address such as https://host:8200");
        if (Text(variable, "SKIP_VERIFY") is { Value: { } skip } skipFrom)
            options.SkipVerify = ParseFlag(skip) ?? throw Unreadable(skipFrom.Name, skip, "true or false");
        if (Text(variable, "CLIENT_TIMEOUT") is { Value: { } timeout } timeoutFrom)
            options.Timeout = Durations.TryParse(timeout, out TimeSpan limit) && limit > TimeSpan.Zero
                ? limit
                : throw Unreadable(timeoutFrom.Name, timeout, "seconds or a duration such as 30s");
        if (Text(variable, "MAX_RETRIES") is { Value: { } retries } retriesFrom)
            options.MaxRetries = int.TryParse(retries, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                ? count
                : throw Unreadable(retriesFrom.Name, retries, "a number of retries, 0 or more");
        return options;
    }

    /// <summary>An absolute http or https address, or null.</summary>
    public static Uri? ParseAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? address : null;

    private static bool? ParseFlag(string text) => text.ToUpperInvariant() switch
    {
        "1" or "T" or "TRUE" => true,
        "0" or "F" or "FALSE" => false,
        _ => null,
    };

    private static (string Name, string? Value) Text(Func<string, string?> variable, string name)
    {
        string ours = "COFFER_" + name;
        if (variable(ours) is { Length: > 0 } own)
            return (ours, own);
        string vaults = "VAULT_" + name;
        return (vaults, variable(vaults) is { Length: > 0 } value ? value : null);
    }

    private static FormatException Unreadable(string name, string value, string expected) =>
        new($"{name} is \"{value}\", which is not {expected}");
}
