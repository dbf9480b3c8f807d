namespace Coffer.Core.Audit;

/// <summary>What a log's files need beside its entries, done by a thread that no reply waits for: full tiles, and the next file.</summary>
internal sealed class Upkeep : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly TileWriter tiles;
    private readonly SpareSegment spare;
    private readonly SemaphoreSlim work = new(0, 1);
    private readonly CancellationTokenSource stop = new();
    private readonly Thread thread;
    private volatile bool spareAsked;

    public Upkeep(TileWriter tiles, SpareSegment spare)
    {
        (this.tiles, this.spare) = (tiles, spare);
        spare.Clear();
        thread = new(Run) { IsBackground = true, Name = "audit log upkeep" };
        thread.Start();
    }

    /// <summary>There may be tiles to write and, if <paramref name="fillSpare"/>, a file to prepare.</summary>
    public void Wake(bool fillSpare)
    {
        if (fillSpare)
            spareAsked = true;
        if (work.CurrentCount == 0 && (tiles.HasFull || (fillSpare && spare.IsWanted)))
        {
            try
            {
                work.Release();
            }
            catch (SemaphoreFullException)
            {
                // It is awake already.
            }
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        thread.Join();
        tiles.WriteFull();
        spare.Drop();
        stop.Dispose();
        work.Dispose();
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                if (!work.Wait(RetryAfter, stop.Token))
                    spare.Retry();
                tiles.WriteFull();
                if (spareAsked && spare.IsWanted)
                    spare.Fill(stop.Token);
                spareAsked = false;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
