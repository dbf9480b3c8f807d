using System.Runtime.InteropServices;

namespace Coffer.Server;

/// <summary>
/// What keeps secrets in this process's memory from a disk and from other processes: no core dumps, no tracing by the same user, no
/// swapping where the system allows. To be applied before any key is in memory.
/// </summary>
internal static partial class Hardening
{
    private const int SetDumpable = 4;
    private const int LimitCore = 4;
    private const int LockCurrent = 1;
    private const int LockFuture = 2;
    private const int LockOnFault = 4;

    /// <summary>Applies all that can be; answers what could not, and what the operator may do about it.</summary>
    public static IReadOnlyList<string> Apply(bool disableMlock)
    {
        if (!OperatingSystem.IsLinux()) return ["only on Linux are core dumps and swapping of secrets prevented"];
        var gaps = new List<string>();
        if (ProcessControl(SetDumpable, 0, 0, 0, 0) != 0) gaps.Add($"other processes of this user may read the memory: {Reason()}");
        var none = new Limit(0, 0);
        if (SetLimit(LimitCore, in none) != 0) gaps.Add($"a crash may write secrets to a core dump: {Reason()}; set LimitCORE=0");

        // On fault: only pages that are used are held, not the address space that the runtime reserves.
        if (!disableMlock && LockAll(LockCurrent | LockFuture | LockOnFault) != 0)
        {
            gaps.Add($"memory may be swapped ({Reason()}), but for the keys themselves: "
                + "set LimitMEMLOCK=infinity, or turn swap off and set disable_mlock");
        }

        if (EffectiveUser() == 0) gaps.Add("cofferd runs as root, which it has no need of: give it a user of its own");
        if (Environment.GetEnvironmentVariable("DOTNET_EnableDiagnostics") != "0")
            gaps.Add("the runtime's diagnostics socket is open to this user: start with DOTNET_EnableDiagnostics=0");
        return gaps;
    }

    private static string Reason() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "mlockall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LockAll(int flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limit(nuint Current, nuint Most);
}
