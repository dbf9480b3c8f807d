using System.Diagnostics;
using System.Net;

namespace Coffer.Bench.Load;

/// <summary>What a load came to. <paramref name="Refused"/>: answers other than 2xx, and connections that were dropped.</summary>
internal sealed record LoadResult(double PerSecond, TimeSpan Median, TimeSpan P99, long Refused, string? FirstRefusal);

/// <summary>
/// As many connections as asked, all on one thread with epoll, so that the load takes as little as possible of the machine that it shares
/// with the server: keep-alive, no pipelining, every status checked.
/// </summary>
internal sealed unsafe class LoadLoop(IPEndPoint server, IReadOnlyList<PreparedRequest> requests)
{
    private readonly Latencies latencies = new();
    private long refused;
    private string? firstRefusal;

    public Task<LoadResult> RunAsync(TimeSpan warmUp, TimeSpan duration) =>
        Task.Factory.StartNew(() => Run(warmUp, duration), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private LoadResult Run(TimeSpan warmUp, TimeSpan duration)
    {
        var epoll = Native.EpollCreate(0);
        var connections = requests.Select(r => new Connection(server, r)).ToArray();
        try
        {
            for (var i = 0; i < connections.Length; i++)
                Start(epoll, connections, i);
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < warmUp)
                Turn(epoll, connections);
            latencies.Clear();
            (refused, firstRefusal) = (0, null);
            clock.Restart();
            while (clock.Elapsed < duration)
                Turn(epoll, connections);
            var elapsed = clock.Elapsed;
            return new LoadResult(
                latencies.Count / elapsed.TotalSeconds, latencies.Quantile(0.5), latencies.Quantile(0.99), refused, firstRefusal);
        }
        finally
        {
            foreach (var connection in connections)
                connection.Dispose();
            _ = Native.Close(epoll);
        }
    }

    private static void Start(int epoll, Connection[] connections, int index)
    {
        connections[index].Open();
        var change = stackalloc byte[16];
        *(int*)change = Native.EpollIn;
        *(long*)(change + Native.EventData) = index;
        if (Native.EpollControl(epoll, 1, connections[index].Descriptor, change) != 0)
            throw new InvalidOperationException("epoll_ctl failed");
        connections[index].Send();
    }

    private void Turn(int epoll, Connection[] connections)
    {
        const int Most = 64;
        var events = stackalloc byte[Most * 16];
        var ready = Native.EpollWait(epoll, events, Most, 1000);
        for (var i = 0; i < ready; i++)
        {
            var index = (int)*(long*)(events + (i * Native.EventSize) + Native.EventData);
            var connection = connections[index];
            var taken = connection.Receive(out var closed);
            if (closed)
            {
                Refuse("the connection was dropped");
                Start(epoll, connections, index);
            }
            else if (taken is { } time)
            {
                latencies.Add(time);
                if (connection.Status is < 200 or >= 300)
                    Refuse($"status {connection.Status}");
                if (!connection.Send())
                    Start(epoll, connections, index);
            }
        }
    }

    private void Refuse(string reason)
    {
        refused++;
        firstRefusal ??= reason;
    }
}
