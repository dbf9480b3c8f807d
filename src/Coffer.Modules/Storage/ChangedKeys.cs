using System.Buffers.Binary;
using Coffer.Core.Storage;

namespace Coffer.Modules.Storage;

/// <summary>The keys of one commit as the change log keeps them: namespace and path length (32 bit, little endian), path; and again.</summary>
internal static class ChangedKeys
{
    public static byte[] Pack(IReadOnlyList<(int Space, byte[] Path)> keys)
    {
        var size = 0;
        for (var i = 0; i < keys.Count; i++)
            size += 8 + keys[i].Path.Length;
        var packed = new byte[size];
        var rest = packed.AsSpan();
        for (var i = 0; i < keys.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, keys[i].Space);
            BinaryPrimitives.WriteInt32LittleEndian(rest[4..], keys[i].Path.Length);
            keys[i].Path.CopyTo(rest[8..]);
            rest = rest[(8 + keys[i].Path.Length)..];
        }
        return packed;
    }

    public static IReadOnlyList<EntryKey> Unpack(ReadOnlySpan<byte> packed)
    {
        var keys = new List<EntryKey>(1);
        while (packed.Length >= 8)
        {
            var space = BinaryPrimitives.ReadInt32LittleEndian(packed);
            var length = BinaryPrimitives.ReadInt32LittleEndian(packed[4..]);
            keys.Add(new EntryKey(new NamespaceId(space), PathBytes.Text(packed.Slice(8, length))));
            packed = packed[(8 + length)..];
        }
        return keys;
    }
}
