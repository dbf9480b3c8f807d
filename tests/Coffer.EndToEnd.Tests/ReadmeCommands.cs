using System.Text.RegularExpressions;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests;

/// <summary>
/// The README's first screen, word for word: in a copy of the checkout with what is built, and in a network of its own, since its address
/// is the one that people use.
/// </summary>
public sealed partial class ReadmeCommands
{
    [Fact]
    public async Task WorkAsPrinted()
    {
        using var copy = new TempDirectory();
        await CopyCheckoutAsync(copy.Path);
        var blocks = ShellBlock().Matches(await File.ReadAllTextAsync(Repository.File("README.md"))).Select(m => m.Groups[1].Value).ToList();
        Assert.True(blocks.Count >= 4 && blocks[0].Trim() == "./run", "the README begins otherwise than this test expects");
        var script = copy.File("readme.sh");
        await File.WriteAllTextAsync(script, $$"""
            set -eu
            cd {{copy.Path}}
            export HOME={{copy.Path}}
            ip link set lo up
            {{blocks[0].Trim()}} >server.log 2>&1 &
            server=$!
            trap 'kill $server; wait $server || true' EXIT
            for i in $(seq 100); do
              if curl -sf -o /dev/null http://127.0.0.1:8200/v1/sys/health; then break; fi
              kill -0 $server || { cat server.log; exit 1; }
              sleep 0.1
            done
            {{string.Join('\n', blocks.Skip(1))}}
            """);
        // A clean environment, since the README prints the whole of it.
        var path = "PATH=" + Environment.GetEnvironmentVariable("PATH");
        var result = await Command.RunAsync("unshare", ["--net", "env", "-i", path, "bash", script]);
        Assert.True(result.Status == 0, result.Output);
        Assert.Matches("(?m)^DB_USER=app$", result.Output);
        Assert.Matches("(?m)^DB_PASSWORD=correct-horse$", result.Output);
        var trail = result.Output[result.Output.IndexOf("DB_PASSWORD=", StringComparison.Ordinal)..];
        Assert.Matches("read.*secret/data/app/db|secret/data/app/db.*read", trail);
    }

    /// <summary>The tracked files, and the two programs as they are built, so that <c>./run</c> need not build them again.</summary>
    private static async Task CopyCheckoutAsync(string to)
    {
        var files = await Command.RunAsync("git", ["-C", Repository.Root, "ls-files"]);
        foreach (var file in files.OrThrow().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(Repository.File(f))))
        {
            var target = Path.Combine(to, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Repository.File(file), target);
        }
        foreach (var program in (string[])[Repository.Server, Repository.CommandLine])
        {
            var from = Path.GetDirectoryName(program)!;
            var target = Path.Combine(to, "artifacts", "bin", Path.GetFileName(Path.GetDirectoryName(from))!, "release");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            (await Command.RunAsync("cp", ["-r", from, target])).OrThrow();
        }
        await File.WriteAllTextAsync(Path.Combine(to, "artifacts", "run.stamp"), "");
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
