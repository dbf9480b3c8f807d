using System.CommandLine;
using Coffer.Cli.Run;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer server …</c> becomes <c>cofferd …</c>: the same process, so whoever supervises it sees the server.</summary>
internal static class ServerCommand
{
    private static readonly Argument<string[]> Arguments = new("ARGUMENTS")
    {
        Description = "cofferd's own arguments, such as -config=FILE or -dev; see: cofferd --help",
        Arity = ArgumentArity.ZeroOrMore,
        CaptureRemainingTokens = true,
    };

    public static Command Build(string name, string description) =>
        Verb.Local(name, description, (session, _) => Task.FromResult(Execute(session.Get(Arguments))), Arguments);

    public static int Execute(ReadOnlySpan<string> arguments)
    {
        string beside = Path.Combine(Path.GetDirectoryName(Environment.ProcessPath) ?? ".", "cofferd");
        string server = File.Exists(beside) ? beside : Executable.Find("cofferd", Environment.GetEnvironmentVariable("PATH"))
            ?? throw new LocalException("cofferd is neither beside coffer nor on the PATH: install the server there.", ExitCode.NotFound);
        return Executable.Replace(server, ["cofferd", .. arguments], ChildEnvironment.Inherited());
    }
}
