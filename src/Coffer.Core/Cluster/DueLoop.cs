using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Core.Cluster;

/// <summary>Looks after one class of due entries. Runs at least once for each, on any node; it decides by the sealed value, not by being called.</summary>
public delegate ValueTask DueHandler(Plain entry, CancellationToken cancel);

/// <summary>Claims entries whose time has come and hands them to their handlers, each class by itself so that none starves another.</summary>
public sealed class DueLoop(EntryStore store, IReadOnlyDictionary<DueClass, DueHandler> handlers, TimeProvider clock, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan Visibility = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private const int Limit = 64;

    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    public void Start() => running = Task.WhenAll(handlers.Select(h => Task.Run(() => RunAsync(h.Key, h.Value, stop.Token))));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync(DueClass due, DueHandler handler, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var pause = LongestPause;
            try
            {
                var claimed = await store.ClaimAsync(due, Limit, Visibility, cancel);
                foreach (var entry in claimed) await HandleAsync(due, entry, handler, cancel);
                if (claimed.Count == Limit) continue;
                if (await store.Storage.NextDueAsync(due, cancel) is { } next)
                    pause = TimeSpan.FromTicks(Math.Clamp((next - clock.GetUtcNow()).Ticks, TimeSpan.TicksPerMillisecond * 5, LongestPause.Ticks));
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.DueFailed(log, due.ToString(), "(claim)", e.Message);
            }
            await Task.Delay(pause, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask HandleAsync(DueClass due, Plain entry, DueHandler handler, CancellationToken cancel)
    {
        try
        {
            await handler(entry, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // It stays claimed for the visibility time and is then due again.
            Log.DueFailed(log, due.ToString(), entry.Key.Path, e.Message);
        }
    }
}
