using System.Diagnostics;

namespace Coffer.Core.Telemetry;

/// <summary>The process's memory, processor time and garbage collection, under the names that Prometheus' own clients use where there are such.</summary>
internal static class ProcessMetrics
{
    public static IEnumerable<Sample> Collect()
    {
        using var process = Process.GetCurrentProcess();
        var start = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        yield return Gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", start);
        yield return new Sample("process_cpu_seconds_total", MetricKind.Counter, "Processor time used.", process.TotalProcessorTime.TotalSeconds, []);
        yield return Gauge("process_resident_memory_bytes", "Memory that the process holds.", process.WorkingSet64);
        yield return Gauge("process_threads", "Threads of the process.", process.Threads.Count);
        yield return Gauge("dotnet_gc_heap_bytes", "Memory of the garbage-collected heap in use.", GC.GetTotalMemory(false));
        yield return new Sample(
            "dotnet_gc_allocated_bytes_total", MetricKind.Counter, "Memory allocated on that heap.", GC.GetTotalAllocatedBytes(), []);
        yield return new Sample(
            "dotnet_gc_pause_seconds_total", MetricKind.Counter, "Time for which collections stopped the process.",
            GC.GetTotalPauseDuration().TotalSeconds, []);
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            yield return new Sample(
                "dotnet_gc_collections_total", MetricKind.Counter, "Collections by generation.", GC.CollectionCount(generation),
                [("generation", $"{generation}")]);
        }
    }

    private static Sample Gauge(string name, string help, double value) => new(name, MetricKind.Gauge, help, value, []);
}
