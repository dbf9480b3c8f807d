using System.Runtime.InteropServices;

namespace Coffer.Cli.Run;

/// <summary>Finding a program and becoming it.</summary>
internal static unsafe partial class Executable
{
    private const int SigPipe = 13;
    private const int Access = 13;
    private const int NoSuchFile = 2;
    private const int CanExecute = 1;

    /// <summary>The program's path as a shell would find it, or null.</summary>
    public static string? Find(string name, string? path)
    {
        if (name.Contains('/', StringComparison.Ordinal))
            return File.Exists(name) ? name : null;
        foreach (string folder in (path ?? "/usr/local/bin:/usr/bin:/bin").Split(':'))
        {
            string candidate = Path.Combine(folder.Length == 0 ? "." : folder, name);
            if (File.Exists(candidate) && IsExecutable(candidate, CanExecute) == 0)
                return candidate;
        }
        return null;
    }

    /// <summary>
    /// Replaces this process by the program: one process, so every signal, the terminal, job control and the exit code are the
    /// program's own, and nothing of us stays behind with secrets in its memory. Returns only by throwing.
    /// </summary>
    public static int Replace(string file, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        Terminal.Out.Flush();
        // The runtime ignores SIGPIPE, and an ignored signal stays ignored across exec: "yes | head" would never end.
        Signal(SigPipe, 0);
        nint[] argv = Vector(arguments);
        nint[] envp = Vector([.. environment.Select(entry => $"{entry.Key}={entry.Value}")]);
        fixed (nint* a = argv, e = envp)
            Execute(file, a, e);
        int error = Marshal.GetLastPInvokeError();
        Wipe(envp);
        throw new LocalException(
            $"{file} cannot be run: {Marshal.GetPInvokeErrorMessage(error)}",
            error == NoSuchFile ? ExitCode.NotFound : error == Access ? ExitCode.CannotRun : ExitCode.CannotRun);
    }

    private static nint[] Vector(IReadOnlyList<string> texts)
    {
        var vector = new nint[texts.Count + 1];
        for (int i = 0; i < texts.Count; i++)
            vector[i] = Marshal.StringToCoTaskMemUTF8(texts[i]);
        return vector;
    }

    private static void Wipe(nint[] vector)
    {
        foreach (nint text in vector)
            if (text != 0)
                Marshal.ZeroFreeCoTaskMemUTF8(text);
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string file, nint* argv, nint* envp);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int IsExecutable(string path, int mode);
}
