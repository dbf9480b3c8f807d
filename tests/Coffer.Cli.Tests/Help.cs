using System.CommandLine;
using Coffer.TestKit;
using Command = System.CommandLine.Command;

namespace Coffer.Cli.Tests;

/// <summary>The help of each command, as it was last reviewed.</summary>
public sealed class Help
{
    private static readonly string Folder = Repository.File("tests", "Coffer.Cli.Tests", "Help");

    [Fact]
    public void IsWhatWasReviewed()
    {
        bool rewrite = Environment.GetEnvironmentVariable("COFFER_REWRITE") == "1";
        var changed = new List<string>();
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (string[] path in Commands(Root.Build(["[everything]"]), []))
        {
            string file = Path.Combine(Folder, $"{(path.Length == 0 ? "coffer" : string.Join('-', path))}.txt");
            files.Add(file);
            string help = Of(path);
            if (rewrite)
                File.WriteAllText(file, help);
            else if (!File.Exists(file) || File.ReadAllText(file) != help)
                changed.Add(string.Join(' ', path));
        }
        Assert.Empty(changed);
        Assert.Equal(files.Order(StringComparer.Ordinal), Directory.GetFiles(Folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SaysSomethingAboutEverything()
    {
        foreach (string[] path in Commands(Root.Build(["[everything]"]), []))
        {
            Command command = Root.Build(path).Parse(path).CommandResult.Command;
            Assert.False(string.IsNullOrEmpty(command.Description), command.Name);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), $"{command.Name} {option.Name}"));
            Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), $"{command.Name} {argument.Name}"));
        }
    }

    [Fact]
    public async Task ComesInEverySpelling()
    {
        using var shell = new Shell();
        string expected = (await shell.RunAsync("coffer kv get --help")).Output;
        Assert.StartsWith("Description:", expected, StringComparison.Ordinal);
        foreach (string spelling in new[] { "coffer kv get -h", "coffer kv get -help", "coffer kv get secret/x -help" })
            Assert.Equal(expected, (await shell.RunAsync(spelling)).Output);
    }

    [Theory]
    [InlineData("coffer ", "kv")]
    [InlineData("coffer kv ", "metadata")]
    [InlineData("coffer kv get -fo", "-format")]
    [InlineData("coffer status -format ", "json")]
    public async Task CompletesWhatMayComeNext(string line, string expected)
    {
        using var shell = new Shell();
        ShellResult result = await shell.RunAsync($"coffer '[suggest:{line.Length}]' '{line}'");
        Assert.Contains(expected, result.Output.Split('\n'));
    }

    private static string Of(string[] path)
    {
        using var output = new StringWriter();
        ParseResult parse = Root.Build(path).Parse([.. path, "--help"]);
        parse.Invoke(new InvocationConfiguration { Output = output });
        return output.ToString();
    }

    private static IEnumerable<string[]> Commands(Command command, string[] path)
    {
        yield return path;
        foreach (Command child in command.Subcommands)
            foreach (string[] deeper in Commands(child, [.. path, child.Name]))
                yield return deeper;
    }
}
