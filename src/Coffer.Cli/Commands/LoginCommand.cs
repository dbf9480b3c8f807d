using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.Input;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

internal static class LoginCommand
{
    private static readonly Argument<string[]> Credentials =
        Verb.Rest("CREDENTIALS", "A token, - to read it from standard input, or key=value fields of the method. Nothing: asks for it.");
    private static readonly Option<string?> Method = Options.Text("method", "token, userpass, ldap, approle, jwt, cert, …; token unless given.", "TYPE");
    private static readonly Option<string?> MountPath = Options.Text("path", "Where the method is mounted, if not at its name.", "PATH");
    private static readonly Option<bool> NoStore = Options.Flag("no-store", "Do not keep the token.");
    private static readonly Option<bool> NoPrint = Options.Flag("no-print", "Print nothing.");
    private static readonly Option<bool> TokenOnly = Options.Flag("token-only", "Print the token alone and do not keep it.");

    public static Command Build(string name, string description) =>
        Verb.Reply(name, description, RunAsync, Credentials, Method, MountPath, NoStore, NoPrint, TokenOnly);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellation)
    {
        string method = session.Get(Method) ?? "token";
        Secret secret = method == "token"
            ? await ByTokenAsync(session, cancellation)
            : await ByMethodAsync(session, method, cancellation);
        bool keep = !session.Get(NoStore) && !session.Get(TokenOnly);
        if (secret.WrapInfo is not null)
            return session.Reply(secret);
        string token = secret.Auth?.ClientToken ?? throw new LocalException("The server logged in but gave no token.");
        if (keep)
            TokenFile.Write(token);
        if (session.Get(TokenOnly))
            return session.FieldOf(SecretFields.Find(secret, "token"), "token");
        if (session.Get(NoPrint))
            return ExitCode.Ok;
        if (session.Wanted is null && session.Format == OutputFormat.Table)
        {
            Terminal.Out.WriteLine(keep ? $"Success! You are logged in; the token is kept in {TokenFile.Place}." : "Success! You are logged in; the token is not kept.");
            Terminal.Out.WriteLine();
            if (keep && Session.Variable("TOKEN") is { Length: > 0 })
                Terminal.Err.WriteLine("Warning: COFFER_TOKEN or VAULT_TOKEN is set and wins over the token that was just kept. Unset it.");
        }
        return session.Reply(secret);
    }

    private static async Task<Secret> ByTokenAsync(Session session, CancellationToken cancellation)
    {
        string[] given = session.Get(Credentials);
        string token = given switch
        {
            [] => Terminal.ReadHidden("Token (will be hidden): "),
            ["-"] => Terminal.ReadInput(),
            [['t', 'o', 'k', 'e', 'n', '=', ..]] => KeyValues.ParseTexts(given).Single().Value,
            [var argument] => argument,
            _ => throw new LocalException("One token is enough."),
        };
        if (given is [not "-" and not "token=-"])
            Terminal.Err.WriteLine("Warning: everyone on this machine can see arguments. Let coffer ask, or give - and pipe the token.");
        token = token.Trim();
        if (token.Length == 0)
            throw new LocalException("The token is empty.");
        Secret about = await session.ConnectAs(token).Tokens.LookupSelfAsync(cancellation)
            ?? throw new LocalException("The server knows nothing of the token.");
        return about.WrapInfo is not null ? about : LoginByLookup.Auth(token, about);
    }

    private static async Task<Secret> ByMethodAsync(Session session, string method, CancellationToken cancellation)
    {
        var body = new JsonObject();
        foreach ((string key, string value) in KeyValues.ParseTexts(session.Get(Credentials)))
            body[key] = value;
        string mount = (session.Get(MountPath) ?? method).Trim('/');
        string path = $"auth/{mount}/login";
        if (method is "userpass" or "ldap" or "okta" or "radius")
        {
            string user = Take(body, "username") ?? Environment.UserName;
            if (!body.ContainsKey("password"))
                body["password"] = Terminal.ReadHidden($"Password of {user} (will be hidden): ");
            path += "/" + user;
        }
        return await session.ConnectAs(null).WriteAsync(path, body, cancellation)
            ?? throw new LocalException("The server answered without a body.");
    }

    private static string? Take(JsonObject body, string key) => body.Remove(key, out JsonNode? value) ? value?.GetValue<string>() : null;
}
