using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Coffer.TestKit;

/// <summary>Unix signals that .NET's <see cref="Process"/> cannot send.</summary>
public static partial class Signals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(this Process process, int signal)
    {
        if (!process.HasExited)
            _ = Kill(process.Id, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
