using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>
/// The next file of entries, filled with zeros and flushed before it is needed: in a file of its own, so that no flush of entries has to
/// wait for the zeros or for the metadata of new space. One thread fills it, the log's writer takes it.
/// </summary>
internal sealed class SpareSegment(AuditLogOptions options)
{
    private const int Piece = 1 << 20;

    // Filling it must not bring about the full disk that it is to spare the log from.
    private const int FreeSegments = 4;

    private readonly string path = Path.Combine(options.Directory, LogLayout.EntriesDirectory, "spare");
    private readonly byte[] zeros = new byte[(int)Math.Min(Piece, options.SegmentBytes)];
    private PosixFile? ready;
    private volatile bool refused;

    /// <summary>Whether there is one.</summary>
    public bool IsReady => Volatile.Read(ref ready) is not null;

    /// <summary>Whether one is to be made: there is none, and there was room at the last attempt.</summary>
    public bool IsWanted => !refused && !IsReady;

    /// <summary>There may be room again.</summary>
    public void Retry() => refused = false;

    /// <summary>Removes what a crash has left.</summary>
    public void Clear() => File.Delete(path);

    /// <summary>Makes one. What goes wrong here is met again, and reported, where entries are written.</summary>
    public void Fill(CancellationToken cancel)
    {
        PosixFile? file = null;
        try
        {
            options.BeforeAllocating();
            if (new DriveInfo(options.Directory).AvailableFreeSpace < FreeSegments * options.SegmentBytes)
            {
                refused = true;
                return;
            }
            File.Delete(path);
            file = PosixFile.Create(path);
            for (var at = 0L; at < options.SegmentBytes; at += zeros.Length)
            {
                cancel.ThrowIfCancellationRequested();
                file.WriteAt(zeros.AsSpan(0, (int)Math.Min(zeros.Length, options.SegmentBytes - at)), at);
                file.FlushData();
            }
            Volatile.Write(ref ready, file);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            refused = true;
            file?.Dispose();
            File.Delete(path);
        }
    }

    /// <summary>The spare file, which is the caller's from now on; null if there is none.</summary>
    public PosixFile? Take() => Interlocked.Exchange(ref ready, null);

    /// <summary>Removes an unused one.</summary>
    public void Drop()
    {
        if (Take() is not { } unused)
            return;
        unused.Dispose();
        File.Delete(path);
    }
}
