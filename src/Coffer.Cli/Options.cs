using System.CommandLine;

namespace Coffer.Cli;

/// <summary>Options as Vault spells them, with one dash, and as the rest of the world does, with two.</summary>
internal static class Options
{
    public static readonly Option<string?> Address = Text("address", "The server's address [COFFER_ADDR, VAULT_ADDR].", "URL");
    public static readonly Option<string?> CaCert = Text("ca-cert", "PEM file of authorities to trust [COFFER_CACERT].", "FILE");
    public static readonly Option<string?> CaPath = Text("ca-path", "Folder of PEM files of authorities to trust [COFFER_CAPATH].", "DIR");
    public static readonly Option<string?> ClientCert = Text("client-cert", "PEM file with the client's certificate [COFFER_CLIENT_CERT].", "FILE");
    public static readonly Option<string?> ClientKey = Text("client-key", "PEM file with its private key [COFFER_CLIENT_KEY].", "FILE");
    public static readonly Option<string?> TlsServerName =
        Text("tls-server-name", "The name in the server's certificate [COFFER_TLS_SERVER_NAME].", "NAME");
    public static readonly Option<bool> TlsSkipVerify = Flag("tls-skip-verify", "Trust any certificate; for experiments only [COFFER_SKIP_VERIFY].");
    public static readonly Option<string?> Namespace = Text("namespace", "The namespace to work in [COFFER_NAMESPACE].", "NAME", "ns");
    public static readonly Option<string?> WrapTtl = Text("wrap-ttl", "Wrap the reply for this long [COFFER_WRAP_TTL].", "TTL");
    public static readonly Option<string?> Format = Choice("format", "How to print [COFFER_FORMAT].", "table", "json", "yaml");
    public static readonly Option<bool> Json = Flag("json", "The same as -format=json.");
    public static readonly Option<string?> Field = Text("field", "Print only this field's value.", "NAME");
    public static readonly Option<string?> Mount = Text("mount", "The mount, when PATH is given without it.", "PATH");

    /// <summary>Options of every command that talks to the server.</summary>
    public static readonly Option[] Connection =
        [Address, CaCert, CaPath, ClientCert, ClientKey, TlsServerName, TlsSkipVerify, Namespace];

    public static Option<string?> Text(string name, string description, string helpName, params string[] aliases) =>
        new("--" + name, ["-" + name, .. aliases.SelectMany(alias => new[] { "--" + alias, "-" + alias })])
        {
            Description = description,
            HelpName = helpName,
        };

    public static Option<string[]> Many(string name, string description, string helpName) =>
        new("--" + name, "-" + name) { Description = description, HelpName = helpName, Arity = ArgumentArity.OneOrMore };

    public static Option<int?> Number(string name, string description) =>
        new("--" + name, "-" + name) { Description = description, HelpName = "N" };

    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new("--" + name, ["-" + name, .. aliases]) { Description = description };

    public static Option<string?> Choice(string name, string description, params string[] values)
    {
        Option<string?> option = Text(name, description, string.Join('|', values));
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
