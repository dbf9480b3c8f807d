using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Coffer.Formats.Snapshots;

/// <summary>Writes a snapshot to any stream. Without <see cref="FinishAsync"/> what was written is no snapshot.</summary>
public sealed class SnapshotWriter : IDisposable
{
    private const int Chunk = 1 << 16;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly Stream destination;
    private readonly HashedStream hashed;
    private readonly GZipStream gzip;
    private readonly ArrayBufferWriter<byte> buffer = new(Chunk * 2);
    private long count;
    private long position;

    private SnapshotWriter(Stream destination)
    {
        this.destination = destination;
        hashed = new HashedStream(destination);
        gzip = new GZipStream(hashed, CompressionLevel.Fastest, leaveOpen: true);
    }

    public static async ValueTask<SnapshotWriter> BeginAsync(Stream destination, SnapshotHeader header, CancellationToken cancel)
    {
        var writer = new SnapshotWriter(destination);
        var json = JsonSerializer.SerializeToUtf8Bytes(header, SnapshotJson.Default.SnapshotHeader);
        var head = new byte[SnapshotLayout.HeadSize + json.Length];
        SnapshotLayout.Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(16), SnapshotLayout.Format);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(18), json.Length);
        json.CopyTo(head.AsSpan(SnapshotLayout.HeadSize));
        await writer.hashed.WriteAsync(head, cancel);
        return writer;
    }

    /// <param name="entry">The entry.</param>
    /// <param name="version">Its version: the greatest is the position that the snapshot is of.</param>
    /// <param name="cancel">Breaks the snapshot off.</param>
    public ValueTask AddAsync(SnapshotEntry entry, long version, CancellationToken cancel)
    {
        var path = Strict.GetByteCount(entry.Path);
        var head = buffer.GetSpan(SnapshotLayout.EntryHeadSize);
        BinaryPrimitives.WriteInt32BigEndian(head, entry.Namespace);
        head[4] = entry.DueClass;
        BinaryPrimitives.WriteInt64BigEndian(head[5..], entry.DueTicks);
        BinaryPrimitives.WriteInt32BigEndian(head[13..], path);
        BinaryPrimitives.WriteInt32BigEndian(head[17..], entry.Value.Length);
        buffer.Advance(SnapshotLayout.EntryHeadSize);
        Strict.GetBytes(entry.Path, buffer);
        buffer.Write(entry.Value.Span);
        count++;
        position = Math.Max(position, version);
        return buffer.WrittenCount < Chunk ? default : CompressAsync(cancel);
    }

    /// <param name="seal">Makes the seal from the digest.</param>
    /// <param name="cancel">Breaks the snapshot off.</param>
    public async ValueTask FinishAsync(Func<ReadOnlyMemory<byte>, byte[]> seal, CancellationToken cancel)
    {
        await CompressAsync(cancel);
        await gzip.DisposeAsync();
        var tail = new byte[SnapshotLayout.CountedSize];
        SnapshotLayout.End.CopyTo(tail);
        BinaryPrimitives.WriteInt64BigEndian(tail.AsSpan(8), count);
        BinaryPrimitives.WriteInt64BigEndian(tail.AsSpan(16), position);
        await hashed.WriteAsync(tail, cancel);
        var digest = hashed.Digest();
        await destination.WriteAsync((byte[])[.. digest, .. seal(digest)], cancel);
        await destination.FlushAsync(cancel);
    }

    public void Dispose()
    {
        hashed.Drop();
        gzip.Dispose();
        hashed.Dispose();
    }

    private async ValueTask CompressAsync(CancellationToken cancel)
    {
        await gzip.WriteAsync(buffer.WrittenMemory, cancel);
        buffer.ResetWrittenCount();
    }
}
