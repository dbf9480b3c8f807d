using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

internal static class TokenCommands
{
    private static readonly Argument<string?> Token =
        Verb.Optional("TOKEN", "The token, or - to read it from standard input. Nothing: the one you are logged in with.");
    private static readonly Option<bool> Accessor = Options.Flag("accessor", "The argument is an accessor.");

    public static Command Build(string name, string description) =>
        Verb.Group(name, description, TokenCreateCommand.Build(), Lookup(), Renew(), Revoke(), Capabilities());

    private static Command Lookup() => Verb.Reply("lookup", "Show what is known about a token.", async (session, cancellation) =>
    {
        Tokens tokens = session.Client.Tokens;
        Secret? secret = Subject(session) switch
        {
            null => await tokens.LookupSelfAsync(cancellation),
            var given when session.Get(Accessor) => await tokens.LookupAccessorAsync(given, cancellation),
            var given => await tokens.LookupAsync(given, cancellation),
        };
        return secret is null ? session.Nothing("auth/token/lookup") : session.Reply(secret);
    }, Token, Accessor);

    private static Command Renew()
    {
        Option<string?> increment = Options.Text("increment", "How much longer, as 1h; the server may give less.", "TIME", "i");
        return Verb.Reply("renew", "Renew a token.", async (session, cancellation) =>
        {
            Tokens tokens = session.Client.Tokens;
            string? by = session.Get(increment);
            Secret? secret = Subject(session) switch
            {
                null => await tokens.RenewSelfAsync(by, cancellation),
                var given when session.Get(Accessor) => await tokens.RenewAccessorAsync(given, by, cancellation),
                var given => await tokens.RenewAsync(given, by, cancellation),
            };
            return session.ReplyOrDone(secret, "The token is renewed.");
        }, Token, Accessor, increment);
    }

    private static Command Revoke()
    {
        Option<bool> self = Options.Flag("self", "Revoke the token you are logged in with.");
        Option<string?> mode = Options.Choice("mode", "orphan: leave its children; path: the argument is a path, revoke all below it.", "orphan", "path");
        return Verb.Quiet("revoke", "Revoke a token, its children and their leases.", async (session, cancellation) =>
        {
            Tokens tokens = session.Client.Tokens;
            string? given = Subject(session);
            if (session.Get(self) == given is not null)
                throw new LocalException("Give a token, or -self for the one you are logged in with.");
            if (given is null)
                await tokens.RevokeSelfAsync(cancellation);
            else if (session.Get(mode) == "path")
                await session.Client.Sys.RevokePrefixAsync(given, cancellation: cancellation);
            else if (session.Get(mode) == "orphan")
                await tokens.RevokeOrphanAsync(given, cancellation);
            else if (session.Get(Accessor))
                await tokens.RevokeAccessorAsync(given, cancellation);
            else
                await tokens.RevokeAsync(given, cancellation);
            return session.Done("The token is revoked (if there was one).");
        }, Token, Accessor, self, mode);
    }

    private static Command Capabilities()
    {
        Argument<string> first = Verb.Path("TOKEN", "The token, if PATH follows; else the path, for the token you are logged in with.");
        Argument<string?> path = Verb.Optional("PATH", "The path.");
        return Verb.Api("capabilities", "Show what a token may do at a path.", async (session, cancellation) =>
        {
            (string at, string? token) = session.Get(path) is { } second ? (second, session.Get(first)) : (session.Get(first), null);
            IReadOnlyList<string> all = await session.Client.Tokens.CapabilitiesAsync(PathCommands.Clean(at), token, cancellation);
            if (session.Format != OutputFormat.Table)
                return session.Names("Capabilities", all);
            Terminal.Out.WriteLine(string.Join(", ", all));
            return ExitCode.Ok;
        }, first, path);
    }

    private static string? Subject(Session session) => session.Get(Token) switch
    {
        "-" => Terminal.ReadInput().Trim() is { Length: > 0 } read ? read : throw new LocalException("Standard input holds no token."),
        var given => given,
    };
}
