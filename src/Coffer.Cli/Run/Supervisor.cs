using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Coffer.Cli.Run;

/// <summary>
/// Runs a program as a child, for a run that has something to clean up afterwards. Signals that reach us are passed on;
/// the exit code is the program's, or 128 and the number of the signal that ended it.
/// </summary>
internal static partial class Supervisor
{
    private const int StandardInput = 0;

    private static readonly PosixSignal[] Passed =
    [
        PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT, PosixSignal.SIGWINCH, PosixSignal.SIGCONT,
        (PosixSignal)10, (PosixSignal)12, // SIGUSR1 and SIGUSR2, which have no names here
    ];

    public static async Task<int> RunAsync(
        string file, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(file) { UseShellExecute = false };
        foreach (string argument in arguments.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using var child = new Process { StartInfo = start };
        var early = new List<int>();
        bool started = false;
        var registrations = new List<PosixSignalRegistration>();
        try
        {
            // Before the start: a signal between start and registration must not end us and leave the child alone.
            foreach (PosixSignal signal in Passed)
                registrations.Add(PosixSignalRegistration.Create(signal, Pass));
            Terminal.Out.Flush();
            child.Start();
            lock (early)
            {
                started = true;
                foreach (int number in early)
                    _ = Kill(child.Id, number);
            }
            await child.WaitForExitAsync();
            return child.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new LocalException($"{file} cannot be run: {e.Message}", ExitCode.CannotRun);
        }
        finally
        {
            registrations.ForEach(registration => registration.Dispose());
        }

        void Pass(PosixSignalContext context)
        {
            context.Cancel = true;
            // The terminal itself sends these to the whole foreground group, the child included: a second one would be too many.
            if (context.Signal is PosixSignal.SIGINT or PosixSignal.SIGQUIT or PosixSignal.SIGWINCH && IsForeground())
                return;
            lock (early)
            {
                if (!started)
                    early.Add(Number(context.Signal));
                else if (!child.HasExited)
                    _ = Kill(child.Id, Number(context.Signal));
            }
        }
    }

    private static bool IsForeground() => ForegroundGroup(StandardInput) is > 0 and var group && group == OwnGroup();

    private static int Number(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        PosixSignal.SIGTERM => 15,
        PosixSignal.SIGCONT => 18,
        PosixSignal.SIGWINCH => 28,
        _ => (int)signal,
    };

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int ForegroundGroup(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();
}
