using System.Globalization;

namespace Coffer.Bench;

/// <summary>What the kernel says of a process.</summary>
internal static class Memory
{
    /// <summary>Resident megabytes.</summary>
    public static long Resident(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
