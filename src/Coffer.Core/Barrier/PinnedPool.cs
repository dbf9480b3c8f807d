using System.Collections.Concurrent;
using System.Numerics;
using System.Security.Cryptography;

namespace Coffer.Core;

/// <summary>Pinned arrays by powers of two, zeroed on their way back. The largest are not kept.</summary>
internal static class PinnedPool
{
    private const int SmallestBits = 8;
    private const int LargestBits = 20;
    private const int KeptBytes = 4 << LargestBits;

    private static readonly Shelf[] Shelves = [.. Enumerable.Range(SmallestBits, LargestBits - SmallestBits + 1).Select(_ => new Shelf())];

    public static byte[] Rent(int length)
    {
        var bits = Math.Max(SmallestBits, BitOperations.Log2((uint)Math.Max(length, 1) - 1) + 1);
        if (bits > LargestBits)
            return GC.AllocateArray<byte>(length, pinned: true);
        var shelf = Shelves[bits - SmallestBits];
        if (!shelf.Arrays.TryTake(out var array))
            return GC.AllocateArray<byte>(1 << bits, pinned: true);
        Interlocked.Add(ref shelf.Kept, -array.Length);
        return array;
    }

    public static void Return(byte[] array)
    {
        CryptographicOperations.ZeroMemory(array);
        var bits = BitOperations.Log2((uint)array.Length);
        if (bits > LargestBits || array.Length != 1 << bits)
            return;
        var shelf = Shelves[bits - SmallestBits];
        if (Interlocked.Add(ref shelf.Kept, array.Length) > KeptBytes)
            Interlocked.Add(ref shelf.Kept, -array.Length);
        else
            shelf.Arrays.Add(array);
    }

    private sealed class Shelf
    {
        public readonly ConcurrentBag<byte[]> Arrays = [];
        public int Kept;
    }
}
