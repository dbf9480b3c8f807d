using System.Diagnostics;
using Coffer.TestKit;

namespace Coffer.Cli.Tests;

internal sealed record ShellResult(int ExitCode, string Output, string Errors);

/// <summary>A person's shell: a home of its own, coffer on the PATH, and nothing of this machine's settings.</summary>
internal sealed class Shell : IDisposable
{
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public Shell(Uri? address = null, string? token = null)
    {
        _environment["HOME"] = Home.Path;
        _environment["PATH"] = $"{Path.GetDirectoryName(Repository.CommandLine)}:/usr/local/bin:/usr/bin:/bin";
        _environment["NO_COLOR"] = "1";
        // The built program needs the runtime that these tests run on.
        _environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        if (address is not null)
            _environment["COFFER_ADDR"] = address.ToString();
        if (token is not null)
            _environment["COFFER_TOKEN"] = token;
    }

    public TempDirectory Home { get; } = new();

    public string this[string variable]
    {
        set => _environment[variable] = value;
    }

    public Process Start(string command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command])
        {
            WorkingDirectory = Home.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach ((string name, string value) in _environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public async Task<ShellResult> RunAsync(string command, string input = "")
    {
        using Process process = Start(command);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(limit.Token);
        return new ShellResult(process.ExitCode, await output, await errors);
    }

    public void Dispose() => Home.Dispose();
}
