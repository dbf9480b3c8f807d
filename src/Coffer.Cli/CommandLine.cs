using System.CommandLine;

namespace Coffer.Cli;

/// <summary>From arguments to exit code. The only place where failures become words.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        // These arguments are the server's: nothing of ours may interpret them.
        if (args is ["server", ..] && args is not [_, "-h" or "-help" or "--help" or "-?"])
            return Guard(() => Commands.ServerCommand.Execute(args.AsSpan(1)));
        ParseResult parse = Root.Build(args).Parse(args, Configuration);
        if (parse.Errors.Count > 0 && !IsQuestion(parse))
            return Complain(parse);
        try
        {
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = Terminal.Out,
                Error = Terminal.Err,
            };
            return await parse.InvokeAsync(configuration, CancellationToken.None);
        }
        catch (Exception e)
        {
            return Failure.Report(e);
        }
        finally
        {
            Flush();
        }
    }

    // "@file" is Vault's way to give a body, not a response file; "-format" is one option, not seven.
    private static ParserConfiguration Configuration => new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    // Help and completion are asked for in the middle of a command that is not finished.
    private static bool IsQuestion(ParseResult parse) =>
        parse.Action is System.CommandLine.Help.HelpAction || parse.Tokens is [{ Type: System.CommandLine.Parsing.TokenType.Directive }, ..];

    private static int Complain(ParseResult parse)
    {
        foreach (System.CommandLine.Parsing.ParseError error in parse.Errors)
            Terminal.Err.WriteLine($"Error: {error.Message}");
        var names = new List<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parse.CommandResult; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
            names.Insert(0, command.Command is RootCommand ? "coffer" : command.Command.Name);
        Terminal.Err.WriteLine($"See: {string.Join(' ', names)} --help");
        return ExitCode.Local;
    }

    private static int Guard(Func<int> run)
    {
        try
        {
            return run();
        }
        catch (LocalException e)
        {
            return Failure.Report(e);
        }
    }

    private static void Flush()
    {
        try
        {
            Terminal.Out.Flush();
        }
        catch (IOException)
        {
            // Whoever read our output has gone, as in "coffer list … | head -1".
        }
    }
}
