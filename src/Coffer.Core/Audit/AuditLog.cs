using Coffer.Core.Storage;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>
/// A node's own audit log: entries in a Merkle tree, durable before an append completes. One thread drains what
/// has been appended meanwhile, without a timer: batches form while the previous one is flushed.
/// </summary>
public sealed class AuditLog : IAsyncDisposable
{
    /// <summary>The largest entry that an append takes: the log puts its number in front.</summary>
    public const int MaxEntryBytes = EntryBundle.MaxEntryBytes - 32;

    private readonly AuditLogOptions options;
    private readonly NoteSigner signer;
    private readonly ICheckpointStore? store;
    private readonly PosixFile directoryLock;
    private readonly SegmentWriter writer;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim work = new(0);
    private readonly SemaphoreSlim signing = new(1);
    private readonly CancellationTokenSource stop = new();
    private readonly Thread thread;
    private readonly Task checkpoints;
    private PendingBatch pending = new();
    private PendingBatch spare = new();
    private bool idle = true;
    private bool closed;
    private long signedSize = -1;
    private long keptSize = -1;
    private string? lastCheckpoint;
    private volatile AuditFailedException? failure;

    private AuditLog(AuditLogOptions options, NoteSigner signer, ICheckpointStore? store, TimeProvider time, PosixFile directoryLock, SegmentWriter writer)
    {
        (this.options, this.signer, this.store, this.directoryLock, this.writer) = (options, signer, store, directoryLock, writer);
        writer.BeforeNewSegment = SignNow;
        thread = new(Drain) { IsBackground = true, Name = "audit log" };
        thread.Start();
        checkpoints = SignRegularlyAsync(time);
    }

    /// <summary>The log's name, which is its signing key's.</summary>
    public string Origin => signer.Verifier.Name;

    /// <summary>Where it lies.</summary>
    public string Directory => options.Directory;

    /// <summary>Entries that are durable.</summary>
    public long Size => writer.State().Size;

    /// <summary>The last checkpoint signed since the log was opened; null before the first.</summary>
    public string? SignedCheckpoint => Volatile.Read(ref lastCheckpoint);

    /// <summary>Set once the log has failed for good; the node must stop serving.</summary>
    public AuditFailedException? Failure => failure;

    /// <summary>Whether an unacknowledged batch was cut off when the log was opened, as after a crash.</summary>
    public bool CutTornTail { get; private init; }

    /// <summary>Batches flushed since the log was opened.</summary>
    public long Flushes => writer.Batches;

    /// <summary>Opens a log, or begins one if the directory is empty and no checkpoint of it is known.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="signer">Signs checkpoints; its name is the log's origin. The log owns and disposes it.</param>
    /// <param name="hmacKey">The key that batches are authenticated with; it is not kept.</param>
    /// <param name="store">Where checkpoints are also kept and compared with; null for none.</param>
    /// <param name="time">Paces checkpoints.</param>
    /// <param name="cancel">Cancels opening.</param>
    /// <exception cref="AuditTamperedException">The log on disk is not the one that was written.</exception>
    /// <exception cref="PosixException">Another process has it open, or the disk fails.</exception>
    public static async Task<AuditLog> OpenAsync(
        AuditLogOptions options, NoteSigner signer, ReadOnlyMemory<byte> hmacKey, ICheckpointStore? store, TimeProvider time,
        CancellationToken cancel)
    {
        PrivateDirectory.Make(options.Directory);
        PrivateDirectory.Make(Path.Combine(options.Directory, LogLayout.EntriesDirectory));
        var directoryLock = PosixFile.Lock(Path.Combine(options.Directory, "lock"));
        CommitMac? mac = null;
        try
        {
            var origin = signer.Verifier.Name;
            var known = new List<KnownCheckpoint>();
            var path = Path.Combine(options.Directory, LogLayout.CheckpointFile);
            if (File.Exists(path))
                known.Add(new(LogLayout.CheckpointFile, await File.ReadAllTextAsync(path, cancel)));
            if (store is not null && await store.LastAsync(origin, cancel) is { } kept)
                known.Add(new("shared storage", kept));
            mac = new(hmacKey.Span, origin);
            var opening = new LogOpening(options, origin, mac, known, [signer.Verifier, .. options.FormerKeys]);
            await Task.Run(opening.Run, cancel);
            var writer = new SegmentWriter(options, origin, mac, opening);
            return new(options, signer, store, time, directoryLock, writer) { CutTornTail = opening.HasTornTail };
        }
        catch
        {
            mac?.Dispose();
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>Records an entry: a JSON object without a member <c>seq</c>. Completes when it is durable.</summary>
    /// <remarks>The bytes are copied. Cancelling after the entry has been taken has no effect: it is recorded.</remarks>
    /// <exception cref="AuditUnavailableException">It was not recorded, for now: no room.</exception>
    /// <exception cref="AuditFailedException">It may not be recorded, and nothing will be until the server is restarted.</exception>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> leaf, CancellationToken cancel) => AppendAsync(leaf, default, cancel);

    /// <summary>Records two entries, one after the other in the same batch.</summary>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> leaf, ReadOnlyMemory<byte> second, CancellationToken cancel)
    {
        Check(leaf.Span);
        if (!second.IsEmpty)
            Check(second.Span);
        cancel.ThrowIfCancellationRequested();
        Task done;
        bool wake;
        lock (gate)
        {
            if (failure is { } failed)
                throw new AuditFailedException(failed.Message, failed);
            if (closed)
                throw new AuditUnavailableException("The audit log is closed.");
            if (pending.Length + leaf.Length + second.Length > options.MaxPendingBytes)
                throw new AuditUnavailableException("Too much waits to be written to the audit log.");
            pending.Add(leaf.Span);
            if (!second.IsEmpty)
                pending.Add(second.Span);
            done = pending.Done;
            (wake, idle) = (idle, false);
        }
        if (wake)
            work.Release();
        return new(done);
    }

    /// <summary>Signs what is durable, now, and keeps it.</summary>
    public async Task<string?> CheckpointAsync(CancellationToken cancel)
    {
        await Task.Run(SignNow, cancel);
        await KeepAsync(cancel);
        return SignedCheckpoint;
    }

    /// <summary>Writes out what waits, signs a last checkpoint and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (closed)
                return;
            closed = true;
        }
        work.Release();
        await stop.CancelAsync();
        await checkpoints;
        await Task.Run(thread.Join);
        if (failure is null)
        {
            try
            {
                SignNow();
                await KeepAsync(CancellationToken.None);
            }
            catch (Exception e) when (e is IOException or StorageUnavailableException or StorageFailedException)
            {
                // The entries are durable and their batches authenticated; the next start signs them. Sealing never fails for this.
            }
        }
        writer.Dispose();
        signer.Dispose();
        directoryLock.Dispose();
        work.Dispose();
        signing.Dispose();
        stop.Dispose();
    }

    private static void Check(ReadOnlySpan<byte> leaf)
    {
        if (leaf.Length is < 3 or > MaxEntryBytes || leaf[0] != '{' || leaf.ContainsAny((byte)'\n', (byte)0))
            throw new ArgumentException("An audit entry is a JSON object with members, on one line, of at most 65,503 bytes.", nameof(leaf));
    }

    private static AuditFailedException Failed(Exception e) =>
        new($"The audit log has failed and refuses everything until the server is restarted: {e.Message}", e);

    private void Drain()
    {
        while (true)
        {
            PendingBatch batch;
            lock (gate)
            {
                batch = pending;
                if (batch.Count > 0)
                    (pending, spare) = (spare, batch);
                else if (closed)
                    return;
                else
                    idle = true;
            }
            if (batch.Count == 0)
            {
                work.Wait();
                continue;
            }
            Write(batch);
            batch.Reset();
        }
    }

    private void Write(PendingBatch batch)
    {
        if (failure is { } failed)
        {
            batch.Fail(failed);
            return;
        }
        try
        {
            writer.Write(batch);
        }
        catch (PosixException e) when (e.IsFull && !writer.FlushFailed)
        {
            batch.Fail(new AuditUnavailableException("The audit log can't be written: no space left on its filesystem.", e));
            return;
        }
        catch (Exception e)
        {
            failure = Failed(e);
            batch.Fail(failure);
            return;
        }
        batch.Complete();
        writer.AfterBatch();
    }

    private async Task SignRegularlyAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(options.CheckpointInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                try
                {
                    SignNow();
                    await KeepAsync(stop.Token);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // No room, or the shared storage is away. Signing is due again in a second; entries are durable without it.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Signs the durable tree and replaces the checkpoint file, unless nothing has been added since.</summary>
    private void SignNow()
    {
        signing.Wait();
        try
        {
            var (size, root, partials) = writer.Snapshot();
            if (size == signedSize || failure is not null)
                return;
            if (options.Durability == AuditDurability.Write)
                writer.FlushForCheckpoint(); // never sign what a power cut may take back
            var checkpoint = new Checkpoint(Origin, size, root);
            var note = checkpoint.Sign(signer);
            writer.WriteTiles(partials);
            var path = Path.Combine(options.Directory, LogLayout.CheckpointFile);
            File.Delete(path + ".new");
            using (var file = PosixFile.Create(path + ".new"))
            {
                file.WriteAt(System.Text.Encoding.UTF8.GetBytes(note), 0);
                file.FlushData();
            }
            File.Move(path + ".new", path, overwrite: true);
            signedSize = size;
            Volatile.Write(ref lastCheckpoint, note);
            options.Signed(checkpoint, note);
        }
        catch (Exception e) when (writer.FlushFailed)
        {
            failure = Failed(e);
            throw;
        }
        finally
        {
            signing.Release();
        }
    }

    private async Task KeepAsync(CancellationToken cancel)
    {
        var size = signedSize;
        if (store is null || SignedCheckpoint is not { } note || size == keptSize)
            return;
        await store.KeepAsync(Origin, note, cancel);
        keptSize = size;
    }
}
