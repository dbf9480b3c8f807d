using System.Globalization;
using Npgsql;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>
/// Knows the head: told by this node's commits and by notifications of others, and asks at least every 250 ms, since a notification
/// only wakes and may be lost with its connection.
/// </summary>
internal sealed class ChangeListener : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private readonly NpgsqlDataSource source;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock waking = new();
    private readonly Task loop;
    private TaskCompletionSource? changed;
    private long head;

    public ChangeListener(NpgsqlDataSource source, long head)
    {
        this.source = source;
        this.head = head;
        loop = Task.Run(LoopAsync);
    }

    public Task WaitAsync(long after, CancellationToken cancel)
    {
        lock (waking)
        {
            if (head > after || stopping.IsCancellationRequested)
                return Task.CompletedTask;
            changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return changed.Task.WaitAsync(cancel);
        }
    }

    public void Advance(long position)
    {
        TaskCompletionSource? waiting;
        lock (waking)
        {
            if (position <= head)
                return;
            head = position;
            (waiting, changed) = (changed, null);
        }
        waiting?.SetResult();
    }

    /// <summary>The head may have gone back: the database was replaced by an older copy.</summary>
    public void Reset(long position)
    {
        lock (waking)
        {
            head = position;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        lock (waking)
        {
            changed?.SetResult();
            changed = null;
        }
        stopping.Dispose();
    }

    private async Task LoopAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await ListenAsync();
            }
            catch (Exception error) when (Faults.IsDatabase(error))
            {
                await Task.Delay(Poll, stopping.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListenAsync()
    {
        var cancel = stopping.Token;
        await using var connection = await source.OpenConnectionAsync(cancel);
        connection.Notification += (_, note) =>
        {
            if (long.TryParse(note.Payload, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
                Advance(position);
        };
        await using (var listen = new NpgsqlCommand($"LISTEN {WriteConnection.Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancel);
        await using var ask = new NpgsqlCommand("SELECT position FROM coffer_head", connection);
        while (true)
        {
            Advance((long)(await ask.ExecuteScalarAsync(cancel))!);
            while (await connection.WaitAsync(Poll, cancel))
            {
                // a notification has advanced the head; silence asks for it
            }
        }
    }
}
