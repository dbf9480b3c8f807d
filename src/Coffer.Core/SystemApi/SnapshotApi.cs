using Coffer.Core.Requests;
using Coffer.Core.Snapshots;

namespace Coffer.Core.SystemApi;

/// <summary>Backup and restore at <c>sys/storage/raft/snapshot</c>, where Vault's clients look for it, whatever the storage.</summary>
/// <param name="save">Writes snapshots.</param>
/// <param name="restore">Reads them back.</param>
/// <param name="directory">Where an upload is kept while it is checked.</param>
/// <param name="seal">Closes this node after another vault's snapshot was restored.</param>
internal sealed class SnapshotApi(SnapshotSave save, SnapshotRestore restore, string directory, Func<ValueTask> seal)
{
    private const string ContentType = "application/octet-stream";

    private const string ForeignWarning =
        "The snapshot was of another server. This one is sealed now: it opens with that server's unseal keys, and its tokens are that server's tokens.";

    public IEnumerable<PathDescription> Paths =>
    [
        new("storage/raft/snapshot")
        {
            Summary = "Saves everything stored, encrypted as it is, or restores it.",
            TakesUpload = true,
            Read = Save,
            Write = call => RestoreAsync(call, force: false),
        },
        new("storage/raft/snapshot-force")
        {
            Summary = "Restores a snapshot, also of another server, whose keys are needed from then on.",
            // It hands the server over to whoever holds the other's keys.
            Sudo = true,
            TakesUpload = true,
            Write = call => RestoreAsync(call, force: true),
        },
    ];

    private ValueTask<Reply> Save(Call call) =>
        ValueTask.FromResult(new Reply { Raw = new RawContent(ContentType, default, save.WriteAsync) });

    private async ValueTask<Reply> RestoreAsync(Call call, bool force)
    {
        var request = call.Request;
        if (request.Upload is not { } upload) return Reply.BadRequest("the body must be a snapshot");
        if (request.WrapTtl > TimeSpan.Zero) return Reply.BadRequest("the reply to a restore can't be wrapped: its token would be gone");
        var received = await ReceivedSnapshot.ReceiveAsync(upload, directory, call.Cancel);
        call.Hold(received);
        request.Body = received.Describe();
        var snapshot = await restore.CheckAsync(received.File, force, call.Cancel);
        if (snapshot.Refusal is { } refusal) return Reply.BadRequest(refusal);
        call.Transaction.InsteadOfCommit(() => restore.RunAsync(snapshot));
        call.Transaction.Everywhere = true;
        return snapshot.IsForeign
            ? new Reply { Data = Reply.Object(w => w.WriteBoolean("sealed"u8, true)), Warnings = [ForeignWarning], Afterwards = seal }
            : Reply.Empty();
    }
}
