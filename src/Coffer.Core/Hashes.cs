using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Coffer.Core;

/// <summary>Hash functions under Vault's names. Two that the platform lacks (the 224-bit ones) are written here, from FIPS 180-4 and 202.</summary>
public static class Hashes
{
    /// <summary>All names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["sha2-224", "sha2-256", "sha2-384", "sha2-512", "sha3-224", "sha3-256", "sha3-384", "sha3-512"];

    /// <summary>The hash, or null if there is no function of that name.</summary>
    public static byte[]? Compute(string name, ReadOnlySpan<byte> data) => name switch
    {
        "sha2-224" => Sha224(data),
        "sha2-256" => SHA256.HashData(data),
        "sha2-384" => SHA384.HashData(data),
        "sha2-512" => SHA512.HashData(data),
        "sha3-224" => Sha3(data, 28),
        "sha3-256" => Sha3(data, 32),
        "sha3-384" => Sha3(data, 48),
        "sha3-512" => Sha3(data, 64),
        _ => null,
    };

    private static byte[] Sha224(ReadOnlySpan<byte> data)
    {
        Span<uint> state = [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];
        var padded = new byte[(data.Length + 9 + 63) / 64 * 64];
        data.CopyTo(padded);
        padded[data.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - 8), (ulong)data.Length * 8);
        for (var at = 0; at < padded.Length; at += 64) Compress(state, padded.AsSpan(at, 64));
        CryptographicOperations.ZeroMemory(padded);
        var hash = new byte[28];
        for (var i = 0; i < 7; i++) BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(i * 4), state[i]);
        return hash;
    }

    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (var i = 0; i < 16; i++) w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]);
        for (var i = 16; i < 64; i++)
        {
            var s0 = BitOperations.RotateRight(w[i - 15], 7) ^ BitOperations.RotateRight(w[i - 15], 18) ^ (w[i - 15] >> 3);
            var s1 = BitOperations.RotateRight(w[i - 2], 17) ^ BitOperations.RotateRight(w[i - 2], 19) ^ (w[i - 2] >> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (var i = 0; i < 64; i++)
        {
            var s1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            var t1 = h + s1 + ((e & f) ^ (~e & g)) + Rounds[i] + w[i];
            var s0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            var t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + t1, c, b, a, t1 + t2);
        }
        ReadOnlySpan<uint> sums = [a, b, c, d, e, f, g, h];
        for (var i = 0; i < 8; i++) state[i] += sums[i];
    }

    private static byte[] Sha3(ReadOnlySpan<byte> data, int size)
    {
        var rate = 200 - (2 * size);
        Span<byte> bytes = stackalloc byte[200];
        Span<ulong> lanes = stackalloc ulong[25];
        bytes.Clear();
        for (; data.Length >= rate; data = data[rate..])
        {
            for (var i = 0; i < rate; i++) bytes[i] ^= data[i];
            Permute(bytes, lanes);
        }
        for (var i = 0; i < data.Length; i++) bytes[i] ^= data[i];
        bytes[data.Length] ^= 0x06;
        bytes[rate - 1] ^= 0x80;
        Permute(bytes, lanes);
        return bytes[..size].ToArray();
    }

    private static void Permute(Span<byte> bytes, Span<ulong> a)
    {
        for (var i = 0; i < 25; i++) a[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * 8)..]);
        Span<ulong> c = stackalloc ulong[5];
        foreach (var constant in RoundConstants)
        {
            for (var x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
            for (var i = 0; i < 25; i++) a[i] ^= c[((i % 5) + 4) % 5] ^ BitOperations.RotateLeft(c[((i % 5) + 1) % 5], 1);
            var last = a[1];
            for (var i = 0; i < 24; i++) (a[Lanes[i]], last) = (BitOperations.RotateLeft(last, Offsets[i]), a[Lanes[i]]);
            for (var y = 0; y < 25; y += 5)
            {
                a.Slice(y, 5).CopyTo(c);
                for (var x = 0; x < 5; x++) a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
            }
            a[0] ^= constant;
        }
        for (var i = 0; i < 25; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * 8)..], a[i]);
    }

    // FIPS 180-4, 4.2.2: the first 32 bits of the cube roots' fractions of the first 64 primes.
    private static readonly uint[] Rounds = [.. Primes(64).Select(p => (uint)(ulong)CubeRootFraction(p))];

    private static ReadOnlySpan<int> Offsets =>
        [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    private static ReadOnlySpan<int> Lanes =>
        [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    private static IEnumerable<int> Primes(int count) =>
        Enumerable.Range(2, 1000).Where(n => Enumerable.Range(2, n - 2).All(d => n % d != 0)).Take(count);

    /// <summary>floor(frac(cbrt(p)) · 2^32), exactly: the greatest integer whose cube is at most p · 2^96, less its whole part.</summary>
    private static BigInteger CubeRootFraction(int p)
    {
        var target = (BigInteger)p << 96;
        BigInteger root = 0;
        for (var bit = 36; bit >= 0; bit--)
        {
            var next = root | (BigInteger.One << bit);
            if (next * next * next <= target) root = next;
        }
        return root & uint.MaxValue;
    }
}
