using System.CommandLine;

namespace Coffer.Cli;

/// <summary>The few shapes of command there are.</summary>
internal static class Verb
{
    /// <summary>A command with subcommands.</summary>
    public static Command Group(string name, string description, params ReadOnlySpan<Command> commands)
    {
        var group = new Command(name, description);
        foreach (Command command in commands)
            group.Add(command);
        return group;
    }

    /// <summary>A command of this machine only.</summary>
    public static Command Local(
        string name, string description, Func<Session, CancellationToken, Task<int>> run, params ReadOnlySpan<Symbol> symbols)
    {
        var command = new Command(name, description);
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }
        command.SetAction(async (parse, cancellation) =>
        {
            using var session = new Session(parse);
            return await run(session, cancellation);
        });
        return command;
    }

    /// <summary>A command that asks the server and prints nothing of the reply but that it worked.</summary>
    public static Command Quiet(
        string name, string description, Func<Session, CancellationToken, Task<int>> run, params ReadOnlySpan<Symbol> symbols) =>
        Local(name, description, run, [.. symbols, .. Options.Connection]);

    /// <summary>A command that asks the server and prints something.</summary>
    public static Command Api(
        string name, string description, Func<Session, CancellationToken, Task<int>> run, params ReadOnlySpan<Symbol> symbols) =>
        Quiet(name, description, run, [.. symbols, Options.Format, Options.Json]);

    /// <summary>A command that prints a reply, a field of it, or asks for it to be wrapped.</summary>
    public static Command Reply(
        string name, string description, Func<Session, CancellationToken, Task<int>> run, params ReadOnlySpan<Symbol> symbols) =>
        Api(name, description, run, [.. symbols, Options.Field, Options.WrapTtl]);

    public static Argument<string> Path(string name = "PATH", string description = "The path.") => new(name) { Description = description };

    public static Argument<string?> Optional(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };

    public static Argument<string[]> Rest(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.ZeroOrMore };
}
