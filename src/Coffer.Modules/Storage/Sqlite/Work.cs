using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>What a caller asks of the writer. Applied inside the group's transaction, told its end after the group's flush.</summary>
internal abstract class Work(CancellationToken cancel)
{
    public bool IsCancelled => cancel.IsCancellationRequested;

    protected CancellationToken Cancel => cancel;

    public abstract void Apply(WriteSession session);

    public abstract void Succeed();

    public abstract void Fail(Exception error);

    public abstract void Drop();
}

/// <summary>Work with an answer. What has been taken from the queue runs to its end: a commit's outcome is never left unknown.</summary>
internal abstract class Work<T>(CancellationToken cancel) : Work(cancel)
{
    private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T answer = default!;

    public Task<T> Done => done.Task;

    public sealed override void Apply(WriteSession session) => answer = Run(session);

    public sealed override void Succeed() => done.SetResult(answer);

    public sealed override void Fail(Exception error) => done.SetException(error);

    public sealed override void Drop() => done.SetCanceled(Cancel);

    protected abstract T Run(WriteSession session);
}

/// <summary>One batch. Encoded by the caller, so that the writer only runs statements.</summary>
internal sealed class CommitWork : Work<CommitResult>
{
    private readonly (EntryKey Key, byte[] Path, long Version)[] checks;
    private readonly (int Space, byte[] Path, Write Write)[] writes;
    private readonly byte[] changed;

    public CommitWork(Batch batch, CancellationToken cancel) : base(cancel)
    {
        checks = [.. batch.Checks.Select(check => (check.Key, PathBytes.Of(check.Key.Path), check.Version))];
        writes = [.. batch.Writes.Select(write => (write.Key.Namespace.Value, PathBytes.Of(write.Key.Path), write))];
        changed = ChangedKeys.Pack([.. writes.Select(write => (write.Space, write.Path))]);
    }

    protected override CommitResult Run(WriteSession session)
    {
        // All checks come before the first write, so a batch that conflicts has left nothing to undo.
        foreach (var (key, path, version) in checks)
        {
            if (session.VersionOf(key.Namespace.Value, path) != version)
                return new CommitResult(false, session.Position, key);
        }
        if (writes.Length == 0)
            return new CommitResult(true, session.Position);
        var position = session.Next(changed);
        foreach (var (space, path, write) in writes)
        {
            if (write.Value is { } value)
                session.Put(space, path, value.Span, position, write.Due);
            else
                session.Delete(space, path);
        }
        return new CommitResult(true, position);
    }
}

internal sealed class ClaimWork(DueClass due, int limit, TimeSpan visibility, TimeProvider time, CancellationToken cancel)
    : Work<IReadOnlyList<Entry>>(cancel)
{
    protected override IReadOnlyList<Entry> Run(WriteSession session)
    {
        var now = time.GetUtcNow();
        var ready = session.Ready(due, now, limit);
        if (ready.Count == 0)
            return [];
        var position = session.Next(ChangedKeys.Pack([.. ready.Select(one => (one.Entry.Key.Namespace.Value, one.Path))]));
        var next = new Due(due, now + visibility);
        var claimed = new List<Entry>(ready.Count);
        foreach (var (entry, path) in ready)
        {
            session.Postpone(entry.Key.Namespace.Value, path, position, next);
            claimed.Add(entry with { Version = position, Due = next });
        }
        return claimed;
    }
}

/// <summary>A slice of a restore, laid beside the entries that are served.</summary>
internal sealed class StageWork(IReadOnlyList<Entry> slice, bool first, CancellationToken cancel) : Work<bool>(cancel)
{
    protected override bool Run(WriteSession session)
    {
        if (first)
            session.BeginRestore();
        foreach (var entry in slice)
            session.Stage(entry.Key.Namespace.Value, PathBytes.Of(entry.Key.Path), entry.Value.Span, entry.Due);
        return true;
    }
}

/// <summary>The end of a restore: what was staged takes the place of what is served, in one transaction.</summary>
internal sealed class SwapWork(CancellationToken cancel) : Work<long>(cancel)
{
    protected override long Run(WriteSession session) => session.EndRestore();
}

internal sealed class AbandonWork() : Work<bool>(CancellationToken.None)
{
    protected override bool Run(WriteSession session)
    {
        session.AbandonRestore();
        return true;
    }
}
