using System.Threading.Channels;
using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>The one line of writers of this node: whatever waits becomes a group, the next group forms while this one commits.</summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private const int GroupLimit = 512;
    private const long GroupBytes = 32 << 20;

    private readonly WriteConnection connection;
    private readonly Action<long> committed;
    private readonly Channel<Pending> queue = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task loop;

    /// <param name="connection">Owned from here on.</param>
    /// <param name="committed">Told the head after each group, before the answers.</param>
    public GroupCommit(WriteConnection connection, Action<long> committed)
    {
        this.connection = connection;
        this.committed = committed;
        loop = Task.Run(LoopAsync);
    }

    public Task<T> Enqueue<T>(Pending<T> pending) => queue.Writer.TryWrite(pending)
        ? pending.Done
        : throw new StorageUnavailableException("the storage is closed");

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
        await connection.DisposeAsync();
    }

    private async Task LoopAsync()
    {
        var later = new Queue<PendingClaim>();
        while (later.Count > 0 || await queue.Reader.WaitToReadAsync())
        {
            var claims = new Dictionary<DueClass, PendingClaim>();
            var commits = new List<PendingCommit>();
            for (var waiting = later.Count; waiting > 0; waiting--)
                Add(later.Dequeue(), claims, later);
            var bytes = 0L;
            while (commits.Count < GroupLimit && bytes < GroupBytes && queue.Reader.TryRead(out var next))
            {
                bytes += next.Size;
                if (next is PendingCommit commit)
                    commits.Add(commit);
                else
                    Add((PendingClaim)next, claims, later);
            }
            await RunAsync([.. claims.Values], commits);
        }
    }

    /// <summary>Two claims of one class would read the same rows, so the second waits for the next group.</summary>
    private static void Add(PendingClaim claim, Dictionary<DueClass, PendingClaim> claims, Queue<PendingClaim> later)
    {
        if (!claims.TryAdd(claim.Due, claim))
            later.Enqueue(claim);
    }

    private async Task RunAsync(List<PendingClaim> claims, List<PendingCommit> commits)
    {
        DropCancelled(claims);
        DropCancelled(commits);
        if (claims.Count == 0 && commits.Count == 0)
            return;
        try
        {
            committed(await connection.RunAsync(claims, commits));
        }
        catch (Exception error)
        {
            foreach (var pending in claims.Concat<Pending>(commits))
                pending.Fail(error);
            return;
        }
        foreach (var pending in claims.Concat<Pending>(commits))
            pending.Succeed();
    }

    private static void DropCancelled<T>(List<T> group) where T : Pending => group.RemoveAll(pending =>
    {
        if (pending.IsCancelled)
            pending.Drop();
        return pending.IsCancelled;
    });
}
