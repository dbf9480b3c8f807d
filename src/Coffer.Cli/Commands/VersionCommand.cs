using System.CommandLine;

namespace Coffer.Cli.Commands;

internal static class VersionCommand
{
    public static Command Build(string name, string description) => Verb.Local(name, description, (_, _) =>
    {
        Terminal.Out.WriteLine($"coffer {VersionInfo.Version}");
        return Task.FromResult(ExitCode.Ok);
    });
}
