using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

internal static class UnwrapCommand
{
    private static readonly Argument<string?> Token =
        Verb.Optional("TOKEN", "The wrapping token, or - to read it from standard input. Nothing: the token you are logged in with.");

    public static Command Build(string name, string description) =>
        Verb.Api(name, description, RunAsync, Token, Options.Field);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellation)
    {
        string? token = session.Get(Token) is "-" ? Terminal.ReadInput().Trim() : session.Get(Token);
        Secret? secret = await session.Client.Wrapping.UnwrapAsync(token, cancellation);
        return session.ReplyOrDone(secret, "Unwrapped; there was nothing inside.");
    }
}
