using System.Buffers.Binary;

namespace Coffer.Formats.Transparency;

/// <summary>The entry bundles of tlog-tiles: entries of at most 65,535 bytes, each behind its length as a big-endian uint16.</summary>
public static class EntryBundle
{
    /// <summary>The largest entry, in bytes.</summary>
    public const int MaxEntryBytes = ushort.MaxValue;

    public static byte[] Encode(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var bundle = new byte[entries.Sum(entry => 2 + entry.Length)];
        var at = 0;
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bundle.AsSpan(at), checked((ushort)entry.Length));
            entry.Span.CopyTo(bundle.AsSpan(at + 2));
            at += 2 + entry.Length;
        }
        return bundle;
    }

    /// <summary>Null if the bundle ends inside an entry or holds more than 256.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>>? Decode(ReadOnlyMemory<byte> bundle)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        while (!bundle.IsEmpty)
        {
            if (bundle.Length < 2 || entries.Count == Tile.FullWidth)
                return null;
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.Span);
            if (bundle.Length < 2 + length)
                return null;
            entries.Add(bundle.Slice(2, length));
            bundle = bundle[(2 + length)..];
        }
        return entries;
    }
}
