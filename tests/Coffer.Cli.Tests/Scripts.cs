using System.Text.RegularExpressions;
using Coffer.TestKit;

namespace Coffer.Cli.Tests;

/// <summary>Runs each file of the folder Scripts.</summary>
public sealed class Scripts
{
    private static readonly string Folder = Repository.File("tests", "Coffer.Cli.Tests", "Scripts");

    public static TheoryData<string> Canned => Names(canned: true);

    public static TheoryData<string> Real => Names(canned: false);

    [Theory, MemberData(nameof(Canned))]
    public async Task AgainstWrittenReplies(string name)
    {
        Script script = Script.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, name), TestContext.Current.CancellationToken));
        using var server = new CannedServer(script.Answer);
        await RunAsync(name, script, server.Address, "hvs.canned");
    }

    [Theory, MemberData(nameof(Real))]
    public async Task AgainstARealServer(string name)
    {
        Script script = Script.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, name), TestContext.Current.CancellationToken));
        await using CofferProcess server = await CofferProcess.StartAsync(CofferOptions.Dev);
        await RunAsync(name, script, server.Address, server.RootToken);
    }

    private static async Task RunAsync(string name, Script script, Uri address, string token)
    {
        using var shell = new Shell(address, token);
        foreach (ScriptSection file in script.Files)
            await File.WriteAllTextAsync(shell.Home.File(file.Title), file.Body);
        foreach (ScriptStep step in script.Steps)
        {
            ShellResult result = await shell.RunAsync(step.Command);
            string seen = Shown(result);
            string expected = Shown(step);
            string pattern = "^" + Regex.Escape(expected.Replace("{addr}", address.ToString().TrimEnd('/'), StringComparison.Ordinal).Replace("{home}", shell.Home.Path, StringComparison.Ordinal))
                .Replace(Regex.Escape("<*>"), ".*", StringComparison.Ordinal) + "$";
            if (Rewrite)
                Rewritten(name, step, Shown(result).Replace(address.ToString().TrimEnd('/'), "{addr}", StringComparison.Ordinal).Replace(shell.Home.Path, "{home}", StringComparison.Ordinal), pattern, seen);
            else
                Assert.True(Regex.IsMatch(seen, pattern), $"$ {step.Command}\nexpected:\n{expected}\nseen:\n{seen}");
        }
    }

    /// <summary>COFFER_REWRITE=1 takes what is seen as what is expected, for a change that is meant; the difference is for the eyes of a review.</summary>
    private static bool Rewrite => Environment.GetEnvironmentVariable("COFFER_REWRITE") == "1";

    private static void Rewritten(string name, ScriptStep step, string block, string pattern, string seen)
    {
        if (Regex.IsMatch(seen, pattern))
            return;
        string path = Path.Combine(Folder, name);
        string text = File.ReadAllText(path);
        int start = text.IndexOf($"$ {step.Command}\n", StringComparison.Ordinal) + step.Command.Length + 3;
        int end = start;
        while (end < text.Length && text[end..] is not (['$' or '#', ' ', ..] or ['-', '-', ' ', ..]))
            end = text.IndexOf('\n', end) is >= 0 and var next ? next + 1 : text.Length;
        string kept = block.EndsWith("\nexit 0", StringComparison.Ordinal) ? block[..^7] : block == "exit 0" ? "" : block;
        File.WriteAllText(path, $"{text[..start]}{kept}\n\n{text[end..]}");
    }

    private static string Shown(ShellResult result) =>
        string.Join('\n', [.. Lines(result.Output), .. Lines(result.Errors).Select(line => "! " + line), $"exit {result.ExitCode}"]);

    private static string Shown(ScriptStep step) =>
        string.Join('\n', [.. step.Output, .. step.Errors.Select(line => "! " + line), $"exit {step.ExitCode}"]);

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    private static TheoryData<string> Names(bool canned)
    {
        var names = new TheoryData<string>();
        foreach (string file in Directory.EnumerateFiles(Folder, "*.txt").Order(StringComparer.Ordinal))
            if (Script.Parse(File.ReadAllText(file)).Replies.Count > 0 == canned)
                names.Add(Path.GetFileName(file));
        return names;
    }
}
