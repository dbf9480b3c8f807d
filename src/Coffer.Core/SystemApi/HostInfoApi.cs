using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Formats;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/host-info</c>: the machine that this node runs on, from <c>/proc</c>. What the system does not tell is left out.</summary>
internal sealed class HostInfoApi
{
    // The kernel counts processor time in hundredths of a second for user space, whatever its own tick.
    private const double Tick = 100;

    private static readonly string[] CpuTimes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guestNice"];

    public IEnumerable<PathDescription> Paths => [new("host-info") { Summary = "The machine that this node runs on.", Read = Read }];

    private static ValueTask<Reply> Read(Call call) => ValueTask.FromResult(Reply.Json(w =>
    {
        w.WriteString("timestamp"u8, Timestamps.Format(call.Now));
        Host(w, call.Now);
        Cpu(w);
        Times(w);
        Memory(w);
        Disk(w);
    }));

    private static void Host(Utf8JsonWriter w, DateTimeOffset now)
    {
        w.WriteStartObject("host"u8);
        w.WriteString("hostname"u8, Environment.MachineName);
        w.WriteString("os"u8, "linux");
        w.WriteString("kernelArch"u8, RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant());
        if (Lines("/proc/sys/kernel/osrelease") is [var kernel, ..]) w.WriteString("kernelVersion"u8, kernel);
        if (Lines("/proc/uptime") is [var uptime, ..] && Numbers(uptime) is [var seconds, ..])
        {
            w.WriteNumber("uptime"u8, (long)seconds);
            w.WriteNumber("bootTime"u8, now.ToUnixTimeSeconds() - (long)seconds);
        }
        foreach (var (key, value) in Pairs("/etc/os-release", '='))
        {
            if (key == "ID") w.WriteString("platform"u8, value.Trim('"'));
            if (key == "VERSION_ID") w.WriteString("platformVersion"u8, value.Trim('"'));
        }
        w.WriteEndObject();
    }

    private static void Cpu(Utf8JsonWriter w)
    {
        w.WriteStartArray("cpu"u8);
        var open = false;
        foreach (var (key, value) in Pairs("/proc/cpuinfo", ':'))
        {
            if (key == "processor")
            {
                if (open) w.WriteEndObject();
                open = true;
                w.WriteStartObject();
                w.WriteNumber("cpu"u8, int.Parse(value, CultureInfo.InvariantCulture));
            }
            else if (open)
            {
                if (key == "vendor_id") w.WriteString("vendorId"u8, value);
                if (key == "cpu family") w.WriteString("family"u8, value);
                if (key == "model") w.WriteString("model"u8, value);
                if (key == "model name") w.WriteString("modelName"u8, value);
                if (key == "cpu MHz" && double.TryParse(value, CultureInfo.InvariantCulture, out var mhz)) w.WriteNumber("mhz"u8, mhz);
            }
        }
        if (open) w.WriteEndObject();
        w.WriteEndArray();
    }

    private static void Times(Utf8JsonWriter w)
    {
        w.WriteStartArray("cpu_times"u8);
        foreach (var line in Lines("/proc/stat").Where(l => l.StartsWith("cpu", StringComparison.Ordinal) && l.Length > 3 && char.IsAsciiDigit(l[3])))
        {
            var end = line.IndexOf(' ', StringComparison.Ordinal);
            w.WriteStartObject();
            w.WriteString("cpu"u8, line[..end]);
            foreach (var (name, ticks) in CpuTimes.Zip(Numbers(line[end..]))) w.WriteNumber(name, ticks / Tick);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    private static void Memory(Utf8JsonWriter w)
    {
        var sizes = new Dictionary<string, long>();
        foreach (var (key, value) in Pairs("/proc/meminfo", ':'))
        {
            if (Numbers(value) is [var kibibytes, ..]) sizes[key] = (long)kibibytes << 10;
        }
        w.WriteStartObject("memory"u8);
        foreach (var (name, key) in (ReadOnlySpan<(string, string)>)
            [("total", "MemTotal"), ("available", "MemAvailable"), ("free", "MemFree"), ("buffers", "Buffers"), ("cached", "Cached"), ("swapTotal", "SwapTotal"), ("swapFree", "SwapFree")])
        {
            if (sizes.TryGetValue(key, out var size)) w.WriteNumber(name, size);
        }
        if (sizes.TryGetValue("MemTotal", out var total) && sizes.TryGetValue("MemAvailable", out var available))
        {
            w.WriteNumber("used"u8, total - available);
            w.WriteNumber("usedPercent"u8, Percent(total - available, total));
        }
        w.WriteEndObject();
    }

    private static void Disk(Utf8JsonWriter w)
    {
        w.WriteStartArray("disk"u8);
        foreach (var drive in DriveInfo.GetDrives().Where(d => d is { DriveType: DriveType.Fixed, IsReady: true }))
        {
            w.WriteStartObject();
            w.WriteString("path"u8, drive.Name);
            w.WriteString("fstype"u8, drive.DriveFormat);
            w.WriteNumber("total"u8, drive.TotalSize);
            w.WriteNumber("free"u8, drive.AvailableFreeSpace);
            w.WriteNumber("used"u8, drive.TotalSize - drive.TotalFreeSpace);
            w.WriteNumber("usedPercent"u8, Percent(drive.TotalSize - drive.TotalFreeSpace, drive.TotalSize));
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    private static double Percent(long part, long whole) => whole == 0 ? 0 : Math.Round(100.0 * part / whole, 2);

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static IEnumerable<(string Key, string Value)> Pairs(string file, char separator) => Lines(file)
        .Select(line => line.Split(separator, 2, StringSplitOptions.TrimEntries)).Where(p => p.Length == 2).Select(p => (p[0], p[1]));

    private static double[] Numbers(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .TakeWhile(t => double.TryParse(t, CultureInfo.InvariantCulture, out _)).Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
}
