using System.Buffers;
using System.Buffers.Text;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>Writes batches into a log's files and keeps the tree. One thread writes; others may take snapshots.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly AuditLogOptions options;
    private readonly string origin;
    private readonly CommitMac mac;
    private readonly CompactRange tree = new();
    private readonly CompactRange scratch = new();
    private readonly TileWriter tiles;
    private readonly ArrayBufferWriter<byte> output = new(1 << 20);
    private readonly Lock gate = new();
    private readonly byte[] zeros;
    private readonly Action<int, long, TreeHash> addTile;
    private readonly SpareSegment spare;
    private readonly Upkeep upkeep;
    private PosixFile? file;
    private long position;
    private long allocated;
    private long dirtyEnd;
    private long written;

    /// <summary>Takes over what opening has found: cuts the torn tail and goes on behind the last acknowledged entry.</summary>
    public SegmentWriter(AuditLogOptions options, string origin, CommitMac mac, LogOpening opening)
    {
        (this.options, this.origin, this.mac, tiles) = (options, origin, mac, opening.Tiles);
        zeros = new byte[options.PreallocateBytes];
        addTile = tiles.Add;
        tree.CopyFrom(opening.Tree);
        spare = new(options);
        upkeep = new(tiles, spare);
        if (opening.Tail is null)
            return;
        file = PosixFile.OpenExisting(opening.Tail);
        position = opening.TailOffset;
        if (position == 0)
        {
            // A first file without its header: nothing in it was acknowledged.
            file.Dispose();
            File.Delete(opening.Tail);
            file = null;
            return;
        }
        if (opening.HasTornTail)
        {
            file.SetLength(position);
            file.FlushData();
        }
        allocated = file.Length;
    }

    /// <summary>Called before a new file is begun: the checkpoint must reach up to it.</summary>
    public Action BeforeNewSegment { get; set; } = static () => { };

    public long Batches { get; private set; }

    /// <summary>A flush has failed: what is on the disk is unknown, for good.</summary>
    public bool FlushFailed { get; private set; }

    public (long Size, TreeHash Root) State()
    {
        lock (gate)
            return (tree.Size, tree.Root());
    }

    public (long Size, TreeHash Root, IReadOnlyList<(Tile, byte[])> Partials) Snapshot()
    {
        lock (gate)
            return (tree.Size, tree.Root(), tiles.Partials());
    }

    /// <summary>Writes a batch and makes it durable. If it throws for want of room, nothing has changed.</summary>
    public void Write(PendingBatch batch)
    {
        Compose(batch);
        var length = output.WrittenCount;
        if (file is not null && (position >= options.SegmentBytes || (position + length > allocated && spare.IsReady)))
            Close(file);
        if (file is null)
        {
            var begun = Begin();
            lock (gate)
                file = begun;
        }
        Allocate(position + length);
        var padding = (int)Math.Max(0, dirtyEnd - position - length);
        output.GetSpan(padding)[..padding].Clear();
        output.Advance(padding);
        dirtyEnd = Math.Max(dirtyEnd, position + length);
        file.WriteAt(output.WrittenSpan, position);
        if (options.Durability == AuditDurability.Fsync)
            Flush(file);
        position += length;
        written += length;
        dirtyEnd = 0;
        Batches++;
        lock (gate)
        {
            tree.CopyFrom(scratch);
            tiles.Commit(tree.Size);
        }
    }

    /// <summary>Work that no reply waits for.</summary>
    /// <remarks>A spare file is worth its room once there is some traffic, and its time is when half a file is left.</remarks>
    public void AfterBatch() =>
        upkeep.Wake(written > options.PreallocateBytes / 4 && allocated - position < options.SegmentBytes / 2);

    /// <summary>The tiles of a tree that is about to be signed.</summary>
    public void WriteTiles(IReadOnlyList<(Tile, byte[])> partials)
    {
        tiles.WriteFull();
        tiles.WritePartials(partials);
    }

    public void FlushForCheckpoint()
    {
        lock (gate)
        {
            if (file is { } open)
                Flush(open);
        }
    }

    public void Dispose()
    {
        if (file is not null && !FlushFailed)
            Close(file);
        file?.Dispose();
        upkeep.Dispose();
        mac.Dispose();
    }

    private void Compose(PendingBatch batch)
    {
        output.ResetWrittenCount();
        scratch.CopyFrom(tree);
        tiles.Begin();
        for (var i = 0; i < batch.Count; i++)
        {
            var body = batch[i];
            var line = output.GetSpan(body.Length + 32);
            "{\"seq\":"u8.CopyTo(line);
            Utf8Formatter.TryFormat(scratch.Size, line[7..], out var digits);
            var at = 7 + digits;
            line[at++] = (byte)',';
            body[1..].CopyTo(line[at..]);
            at += body.Length - 1;
            line[at] = (byte)'\n';
            scratch.Append(TreeHash.Leaf(line[..at]), addTile);
            output.Advance(at + 1);
        }
        Span<byte> tag = stackalloc byte[CommitMac.Bytes];
        var root = scratch.Root();
        mac.Compute(scratch.Size, root, tag);
        output.Write(LogLayout.Commit(scratch.Size, root, tag));
    }

    private PosixFile Begin()
    {
        BeforeNewSegment();
        var path = LogLayout.SegmentPath(options.Directory, tree.Size);
        var header = LogLayout.Header(origin, tree);
        var prepared = spare.Take();
        var begun = prepared ?? PosixFile.Create(path);
        try
        {
            begun.WriteAt(header, 0);
            Flush(begun);
            if (prepared is not null)
                begun = Rename(prepared, path);
            PosixFile.FlushDirectory(Path.GetDirectoryName(path)!);
        }
        catch (IOException)
        {
            begun.Dispose();
            File.Delete(begun.Path);
            throw;
        }
        (position, allocated, dirtyEnd) = (header.Length, prepared is null ? header.Length : begun.Length, 0);
        return begun;
    }

    /// <summary>The file under its name, with its header and zeros flushed before it is seen there.</summary>
    private static PosixFile Rename(PosixFile prepared, string path)
    {
        File.Move(prepared.Path, path);
        var renamed = PosixFile.OpenExisting(path);
        prepared.Dispose();
        return renamed;
    }

    private void Close(PosixFile open)
    {
        lock (gate)
        {
            open.SetLength(position);
            Flush(open);
            open.Dispose();
            file = null;
        }
    }

    /// <summary>Writes zeros ahead, so that the space is there and a later flush has no metadata to write.</summary>
    private void Allocate(long end)
    {
        if (end <= allocated)
            return;
        options.BeforeAllocating();
        var ahead = Math.Max(end - allocated, Math.Min(zeros.Length, Math.Max(0, options.SegmentBytes - allocated)));
        try
        {
            Extend(ahead);
        }
        catch (PosixException e) when (e.IsFull && end - allocated < ahead)
        {
            Extend(end - allocated); // no room for more than this batch
        }
    }

    private void Extend(long bytes)
    {
        for (var at = 0L; at < bytes; at += zeros.Length)
            file!.WriteAt(zeros.AsSpan(0, (int)Math.Min(zeros.Length, bytes - at)), allocated + at);
        allocated += bytes;
    }

    private void Flush(PosixFile open)
    {
        try
        {
            options.Flush(open);
        }
        catch
        {
            FlushFailed = true;
            throw;
        }
    }
}
