using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary>Why a token may or may not do a thing.</summary>
internal static class PolicyExplainCommand
{
    private static readonly Argument<string> Path = Verb.Path();
    private static readonly Option<string?> Operation = Options.Choice(
        "operation", "What would be done there; read unless given.", "read", "create", "update", "patch", "delete", "list", "sudo");
    private static readonly Option<string?> Token = Options.Text("token", "The token asked about, or - to read it from standard input; yours unless given.", "TOKEN");
    private static readonly Option<string?> Accessor = Options.Text("accessor", "The accessor of the token asked about.", "ACCESSOR");

    public static Command Build() => Verb.Reply("explain", "Say why a token may or may not do something.", async (session, cancellation) =>
    {
        string? token = session.Get(Token) is "-" ? Terminal.ReadInput().Trim() : session.Get(Token);
        Secret? reply = await session.Client.Sys.ExplainAsync(
            PathCommands.Clean(session.Get(Path)), session.Get(Operation) ?? "read", token, session.Get(Accessor), cancellation);
        return session.ReplyOrDone(reply, "The server explains nothing.");
    }, Path, Operation, Token, Accessor);
}
