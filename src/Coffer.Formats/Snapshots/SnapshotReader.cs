using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Coffer.Formats.Snapshots;

/// <summary>A snapshot in a seekable stream whose digest holds: it is as it was written, though not yet known by whom.</summary>
public sealed class SnapshotReader
{
    private const int Chunk = 1 << 17;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly Stream source;
    private readonly long begin;
    private readonly long end;
    private readonly byte[] digest;
    private readonly byte[] seal;

    private SnapshotReader(Stream source, SnapshotHeader header, long begin, byte[] tail)
    {
        this.source = source;
        this.begin = begin;
        Header = header;
        end = source.Length - SnapshotLayout.TailSize;
        Count = BinaryPrimitives.ReadInt64BigEndian(tail.AsSpan(8));
        Position = BinaryPrimitives.ReadInt64BigEndian(tail.AsSpan(16));
        digest = tail.AsSpan(SnapshotLayout.CountedSize, SnapshotLayout.DigestSize).ToArray();
        seal = tail.AsSpan(SnapshotLayout.CountedSize + SnapshotLayout.DigestSize).ToArray();
    }

    /// <summary>The newest format that is read here.</summary>
    public static int Format => SnapshotLayout.Format;

    public SnapshotHeader Header { get; }

    public long Count { get; }

    /// <summary>The newest change that it holds.</summary>
    public long Position { get; }

    /// <summary>Of the whole file, in bytes.</summary>
    public long Length => source.Length;

    public ReadOnlyMemory<byte> Digest => digest;

    /// <summary>Reads all of <paramref name="source"/> once.</summary>
    /// <exception cref="SnapshotException">It is no snapshot, of a newer format, truncated or damaged.</exception>
    public static async Task<SnapshotReader> OpenAsync(Stream source, CancellationToken cancel)
    {
        source.Position = 0;
        var head = new byte[SnapshotLayout.HeadSize];
        var got = await source.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        if (got < 16 || !head.AsSpan(0, 16).SequenceEqual(SnapshotLayout.Magic))
            throw new SnapshotException("this is not a snapshot of Coffer");
        if (got < head.Length) throw BreaksOff();
        var format = BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(16));
        if (format != SnapshotLayout.Format)
        {
            throw new SnapshotException(
                $"the snapshot is of format {format}, and this version reads {SnapshotLayout.Format}: use the version that wrote it");
        }
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(18));
        if (length is < 2 or > SnapshotLayout.MostHeader) throw Damaged();
        if (source.Length < SnapshotLayout.HeadSize + length + SnapshotLayout.TailSize) throw BreaksOff();
        var json = new byte[length];
        await source.ReadExactlyAsync(json, cancel);
        var tail = new byte[SnapshotLayout.TailSize];
        source.Position = source.Length - tail.Length;
        await source.ReadExactlyAsync(tail, cancel);
        if (!tail.AsSpan(0, 8).SequenceEqual(SnapshotLayout.End)) throw BreaksOff();

        await CheckDigestAsync(source, tail, cancel);
        return new SnapshotReader(source, Parse(json), SnapshotLayout.HeadSize + length, tail);
    }

    /// <summary>Whether it was sealed with this key, in constant time.</summary>
    public bool IsSealedWith(ReadOnlySpan<byte> key) => CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, digest), seal);

    /// <summary>All entries in the order of their paths. One reading at a time.</summary>
    /// <exception cref="SnapshotException">What is in it is not what a snapshot holds.</exception>
    public async IAsyncEnumerable<SnapshotEntry> EntriesAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        source.Position = begin;
        await using var part = new PartStream(source, end - begin);
        await using var gzip = new GZipStream(part, CompressionMode.Decompress);
        await using var unpacked = new BufferedStream(gzip, Chunk);
        var head = new byte[SnapshotLayout.EntryHeadSize];
        for (var read = 0L; ; read++)
        {
            var got = await ReadAsync(unpacked, head, cancel);
            if (got == 0 && read == Count) yield break;
            if (got < head.Length || read == Count) throw Damaged();
            yield return await EntryAsync(unpacked, head, cancel);
        }
    }

    private static async ValueTask<SnapshotEntry> EntryAsync(Stream unpacked, byte[] head, CancellationToken cancel)
    {
        var path = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(13));
        var value = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(17));
        if (path is < 1 or > SnapshotLayout.MostPath || value < 0) throw Damaged();
        try
        {
            return new SnapshotEntry(
                BinaryPrimitives.ReadInt32BigEndian(head),
                Strict.GetString(await ReadAllAsync(unpacked, path, cancel)),
                await ReadAllAsync(unpacked, value, cancel),
                head[4],
                BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(5)));
        }
        catch (DecoderFallbackException e)
        {
            throw Damaged(e);
        }
    }

    /// <summary>A length is only believed as far as its bytes come: a forged one must not cost memory.</summary>
    private static async ValueTask<byte[]> ReadAllAsync(Stream unpacked, int length, CancellationToken cancel)
    {
        var bytes = new byte[Math.Min(length, 1 << 20)];
        var have = 0;
        while (true)
        {
            have += await ReadAsync(unpacked, bytes.AsMemory(have), cancel);
            if (have < bytes.Length) throw Damaged();
            if (have == length) return bytes;
            Array.Resize(ref bytes, (int)Math.Min(length, bytes.Length * 2L));
        }
    }

    private static async ValueTask<int> ReadAsync(Stream unpacked, Memory<byte> into, CancellationToken cancel)
    {
        try
        {
            return await unpacked.ReadAtLeastAsync(into, into.Length, throwOnEndOfStream: false, cancel);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(e);
        }
    }

    private static async Task CheckDigestAsync(Stream source, byte[] tail, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Chunk];
        source.Position = 0;
        for (var left = source.Length - SnapshotLayout.DigestSize - SnapshotLayout.DigestSize; left > 0;)
        {
            var got = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancel);
            if (got == 0) throw BreaksOff();
            hash.AppendData(buffer, 0, got);
            left -= got;
        }
        var written = tail.AsSpan(SnapshotLayout.CountedSize, SnapshotLayout.DigestSize);
        if (!CryptographicOperations.FixedTimeEquals(hash.GetHashAndReset(), written)) throw Damaged();
    }

    private static SnapshotHeader Parse(byte[] json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, SnapshotJson.Default.SnapshotHeader) is { ClusterId: not null, Product: not null } header)
                return header;
        }
        catch (JsonException e)
        {
            throw Damaged(e);
        }
        throw Damaged();
    }

    private static SnapshotException BreaksOff() => new("the snapshot breaks off: it is truncated");

    private static SnapshotException Damaged(Exception? inner = null) => new("the snapshot is damaged: it is not as it was written", inner);
}
