namespace Coffer.Cli;

/// <summary>A mistake on this side. The message says what and how to put it right.</summary>
internal sealed class LocalException : Exception
{
    public LocalException(string message, int exitCode = Cli.ExitCode.Local)
        : base(message) => ExitCode = exitCode;

    public int ExitCode { get; }
}
