using Coffer.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Core.Cluster;

/// <summary>
/// This process among those that serve the same store. It follows the change log, drops what has changed from its caches, and holds a
/// short read lease that says how far it has followed. Without a fresh lease it answers 503 rather than something old.
/// </summary>
public sealed class Node(EntryStore store, TimeProvider clock, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan ReadLease = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private const int Page = 1000;

    private CancellationTokenSource stop = new();
    private Task following = Task.CompletedTask;
    private volatile string? failure;
    private bool started;
    private long freshUntil = long.MinValue;
    private long applied;

    /// <summary>
    /// Called once when the stored keyring is no longer ours, as after another vault's snapshot was restored: the barrier is sealed.
    /// </summary>
    public Action? KeysReplaced { get; set; }

    /// <summary>Of this process alone: a restart is another node.</summary>
    public string Name { get; } = Ids.Base62Name(12);

    /// <summary>From here on, changes of other nodes are followed. To be called before anything is read into caches.</summary>
    public async ValueTask StartAsync(CancellationToken cancel)
    {
        stop = new CancellationTokenSource();
        started = true;
        if (!store.Storage.IsShared) return;
        var begun = clock.GetTimestamp();
        applied = await store.Storage.BeatAsync(Name, 0, ReadLease, cancel);
        Freshen(begun);
        following = Task.Run(() => FollowAsync(stop.Token), CancellationToken.None);
    }

    /// <summary>Why this node serves nothing more until it is restarted; null while it may.</summary>
    public string? Failure => failure;

    /// <summary>A flush failed: what the disk holds is unknown.</summary>
    public void Fail(string reason) => failure ??= reason;

    /// <summary>Throws unless this node is known to have applied all that was acknowledged a second ago.</summary>
    public void RequireFresh()
    {
        if (failure is { } reason) throw new StorageFailedException(reason);
        if (store.Storage.IsShared && clock.GetTimestamp() > Volatile.Read(ref freshUntil))
            throw new StorageUnavailableException("this node has lost its read lease: the storage can't be reached or is too slow");
    }

    /// <summary>Returns when every other node obeys the commit at this position.</summary>
    public ValueTask SettleAsync(long position) =>
        store.Storage.IsShared ? store.Storage.WaitUntilAppliedAsync(Name, position) : ValueTask.CompletedTask;

    /// <summary>Gives the read lease back; <see cref="StartAsync"/> may follow.</summary>
    public async ValueTask StopAsync()
    {
        if (!started) return;
        started = false;
        await stop.CancelAsync();
        await following;
        if (store.Storage.IsShared)
        {
            try
            {
                await store.Storage.LeaveAsync(Name);
            }
            catch (StorageUnavailableException)
            {
                // The lease lapses by itself.
            }
        }
        stop.Dispose();
        Volatile.Write(ref freshUntil, long.MinValue);
    }

    public ValueTask DisposeAsync() => StopAsync();

    private async Task FollowAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var begun = clock.GetTimestamp();
                await ApplyAsync(cancel);
                await store.Storage.BeatAsync(Name, applied, ReadLease, cancel);
                Freshen(begun);
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                pause.CancelAfter(Pause);
                await store.Storage.WaitForChangeAsync(applied, pause.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (WrongKeyException e)
            {
                Log.FollowingFailed(log, e.Message);
                KeysReplaced?.Invoke();
                return;
            }
            catch (Exception e)
            {
                Log.FollowingFailed(log, e.Message);
                await Task.Delay(Pause, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async ValueTask ApplyAsync(CancellationToken cancel)
    {
        while (true)
        {
            var page = await store.Storage.ChangesAsync(applied, Page, cancel);
            if (page.Lost)
            {
                await store.Barrier.ReloadAsync(cancel);
                await store.ResetAsync();
            }
            else if (page.Changes.Count > 0) await store.ChangedAsync([.. page.Changes.SelectMany(c => c.Keys).Distinct()]);
            applied = page.Next;
            if (page.Changes.Count < Page) return;
        }
    }

    private void Freshen(long begun) =>
        Volatile.Write(ref freshUntil, begun + (long)((ReadLease - Margin).TotalSeconds * clock.TimestampFrequency));
}
