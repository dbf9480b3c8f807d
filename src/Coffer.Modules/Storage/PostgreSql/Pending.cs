using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>What a caller waits for. Answered after its group has committed.</summary>
internal abstract class Pending(CancellationToken cancel)
{
    public bool IsCancelled => cancel.IsCancellationRequested;

    protected CancellationToken Cancel => cancel;

    /// <summary>Bytes that it adds to a group.</summary>
    public abstract long Size { get; }

    public abstract void Succeed();

    public abstract void Fail(Exception error);

    public abstract void Drop();
}

internal abstract class Pending<T>(CancellationToken cancel) : Pending(cancel)
{
    private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Done => done.Task;

    /// <summary>Set while the group is decided, given out when it has committed.</summary>
    public T Answer { get; set; } = default!;

    public override void Succeed() => done.SetResult(Answer);

    public override void Fail(Exception error) => done.SetException(error);

    public override void Drop() => done.SetCanceled(Cancel);
}

internal sealed class PendingCommit : Pending<CommitResult>
{
    public PendingCommit(Batch batch, CancellationToken cancel) : base(cancel)
    {
        Checks = [.. batch.Checks.Select(check => (check, PathBytes.Of(check.Key.Path)))];
        Writes = [.. batch.Writes.Select(write => (write, PathBytes.Of(write.Key.Path)))];
        Size = Writes.Sum(write => write.Path.Length + (long)(write.Write.Value?.Length ?? 0));
    }

    public (Check Check, byte[] Path)[] Checks { get; }

    public (Write Write, byte[] Path)[] Writes { get; }

    public override long Size { get; }
}

internal sealed class PendingClaim(DueClass due, int limit, TimeSpan visibility, CancellationToken cancel)
    : Pending<IReadOnlyList<Entry>>(cancel)
{
    public DueClass Due => due;

    public int Limit => limit;

    public TimeSpan Visibility => visibility;

    public override long Size => 0;
}
