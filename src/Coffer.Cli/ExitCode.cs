namespace Coffer.Cli;

/// <summary>What the program's exit says; <c>docs/cli.md</c> promises it.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The mistake is on this side: usage, a file, or no server answered.</summary>
    public const int Local = 1;

    /// <summary>The server answered, and the answer is no (or "not there", or "sealed").</summary>
    public const int Refused = 2;

    /// <summary>As shells have it: the program to run is there but cannot be run.</summary>
    public const int CannotRun = 126;

    /// <summary>As shells have it: the program to run is not there.</summary>
    public const int NotFound = 127;
}
