using System.Diagnostics;
using System.Text;

namespace Coffer.TestKit;

/// <summary>How a command ended: its exit status and all that it printed, both streams together.</summary>
public readonly record struct CommandResult(int Status, string Output)
{
    public CommandResult OrThrow() => Status == 0 ? this : throw new InvalidOperationException($"exit status {Status}:\n{Output}");
}

/// <summary>Runs a program to its end.</summary>
public static class Command
{
    public static async Task<CommandResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? directory = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Keep(output, e.Data);
        process.ErrorDataReceived += (_, e) => Keep(output, e.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end in time:\n{output}");
        }
        lock (output)
            return new CommandResult(process.ExitCode, output.ToString());
    }

    internal static void Keep(StringBuilder output, string? line)
    {
        if (line is not null)
            lock (output)
                output.AppendLine(line);
    }
}
