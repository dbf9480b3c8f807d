using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Coffer.Formats.Transparency;

/// <summary>A SHA-256 hash of a Merkle tree (RFC 6962 §2.1): of a leaf, an inner node or a root.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct TreeHash : IEquatable<TreeHash>
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    private readonly ulong a;
    private readonly ulong b;
    private readonly ulong c;
    private readonly ulong d;

    /// <summary>The root of a tree without leaves: the hash of nothing.</summary>
    public static TreeHash Empty { get; } = Of([]);

    /// <summary>Reads a hash from exactly 32 bytes.</summary>
    public static TreeHash From(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException("A tree hash has 32 bytes.", nameof(bytes));
        return MemoryMarshal.Read<TreeHash>(bytes);
    }

    /// <summary>H(0x00 ‖ leaf).</summary>
    public static TreeHash Leaf(ReadOnlySpan<byte> leaf)
    {
        byte[]? rented = null;
        var length = leaf.Length + 1;
        var input = length <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(length);
        input[0] = 0;
        leaf.CopyTo(input[1..]);
        var hash = Of(input[..length]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    /// <summary>H(0x01 ‖ left ‖ right).</summary>
    public static TreeHash Node(in TreeHash left, in TreeHash right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Size)];
        input[0] = 1;
        MemoryMarshal.Write(input[1..], in left);
        MemoryMarshal.Write(input[(1 + Size)..], in right);
        return Of(input);
    }

    /// <summary>Reads the base64 spelling used in notes and proofs; false unless it is the canonical one of 32 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> base64, out TreeHash hash)
    {
        Span<byte> bytes = stackalloc byte[Size + 1];
        if (!Base64Text.TryDecode(base64, bytes, out var written) || written != Size)
        {
            hash = default;
            return false;
        }
        hash = From(bytes[..Size]);
        return true;
    }

    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public bool Equals(TreeHash other) => a == other.a && b == other.b && c == other.c && d == other.d;

    public override bool Equals(object? obj) => obj is TreeHash other && Equals(other);

    public override int GetHashCode() => a.GetHashCode();

    /// <summary>Base64, as in checkpoints.</summary>
    public override string ToString() => Convert.ToBase64String(ToArray());

    public static bool operator ==(TreeHash left, TreeHash right) => left.Equals(right);

    public static bool operator !=(TreeHash left, TreeHash right) => !left.Equals(right);

    private static TreeHash Of(ReadOnlySpan<byte> input)
    {
        Span<byte> digest = stackalloc byte[Size];
        SHA256.HashData(input, digest);
        return From(digest);
    }
}
