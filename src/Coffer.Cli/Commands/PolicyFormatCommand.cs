using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Formats.Hcl;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer policy fmt</c>: rewrites a policy file in the one layout everybody reads.</summary>
internal static class PolicyFormatCommand
{
    public static Command Build()
    {
        Argument<string> file = Verb.Path("FILE", "The policy; - formats standard input to standard output.");
        return Verb.Local("fmt", "Lay out a policy file.", async (session, cancellation) =>
        {
            string path = session.Get(file);
            string text = path == "-" ? Terminal.ReadInput() : await File.ReadAllTextAsync(path, cancellation);
            string formatted = Check(text, path);
            if (path == "-")
                Terminal.Out.Write(formatted);
            else if (formatted != text)
                await File.WriteAllTextAsync(path, formatted, cancellation);
            return path == "-" ? ExitCode.Ok : session.Done($"Formatted policy: {path}");
        }, file);
    }

    private static string Check(string text, string path)
    {
        try
        {
            HclDocument.Parse(text);
            string formatted = HclLayout.Format(text);
            HclDocument.Parse(formatted);
            return formatted;
        }
        catch (HclException e)
        {
            throw new LocalException($"{path}: {e.Message}");
        }
    }
}
