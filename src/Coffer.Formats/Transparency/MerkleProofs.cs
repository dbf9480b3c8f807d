using System.Numerics;

namespace Coffer.Formats.Transparency;

/// <summary>
/// Where a prover finds subtree hashes: the root of the perfect subtree number <paramref name="index"/> with
/// 2^<paramref name="level"/> leaves, which lies wholly inside the tree.
/// </summary>
public delegate TreeHash SubtreeSource(int level, long index);

/// <summary>Inclusion and consistency proofs of RFC 6962 §2.1.1 and §2.1.2: making and checking them.</summary>
public static class MerkleProofs
{
    /// <summary>The root of the first <paramref name="size"/> leaves.</summary>
    public static TreeHash Root(long size, SubtreeSource source)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return size == 0 ? TreeHash.Empty : Range(0, size, source);
    }

    /// <summary>The hashes beside the path from leaf <paramref name="index"/> to the root at <paramref name="size"/>, leaf first.</summary>
    public static TreeHash[] Inclusion(long index, long size, SubtreeSource source)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<TreeHash>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + SplitOf(end - start);
            if (index < middle)
            {
                path.Add(Range(middle, end, source));
                end = middle;
            }
            else
            {
                path.Add(Range(start, middle, source));
                start = middle;
            }
        }
        path.Reverse();
        return [.. path];
    }

    /// <summary>What shows that the tree of <paramref name="oldSize"/> leaves is the beginning of the one of <paramref name="newSize"/>.</summary>
    public static TreeHash[] Consistency(long oldSize, long newSize, SubtreeSource source)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        if (oldSize == 0 || oldSize == newSize)
            return [];
        var proof = new List<TreeHash>();
        var (start, end, whole) = (0L, newSize, true);
        while (oldSize != end)
        {
            var middle = start + SplitOf(end - start);
            if (oldSize <= middle)
            {
                proof.Add(Range(middle, end, source));
                end = middle;
            }
            else
            {
                proof.Add(Range(start, middle, source));
                (start, whole) = (middle, false);
            }
        }
        if (!whole)
            proof.Add(Range(start, end, source));
        proof.Reverse();
        return [.. proof];
    }

    /// <summary>Whether the leaf with this hash is number <paramref name="index"/> of the tree with that size and root.</summary>
    public static bool VerifyInclusion(TreeHash leaf, long index, long size, TreeHash root, ReadOnlySpan<TreeHash> proof)
    {
        if (index < 0 || size <= 0 || index >= size)
            return false;
        var (node, last) = (index, size - 1);
        var hash = leaf;
        foreach (var sibling in proof)
        {
            if (last == 0)
                return false;
            if ((node & 1) != 0 || node == last)
            {
                hash = TreeHash.Node(sibling, hash);
                // A node without right sibling is promoted unchanged until it is itself a right child.
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
                hash = TreeHash.Node(hash, sibling);
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && hash == root;
    }

    /// <summary>Whether the tree (oldSize, oldRoot) is a prefix of (newSize, newRoot). An empty old tree is a prefix of every tree.</summary>
    public static bool VerifyConsistency(
        long oldSize, TreeHash oldRoot, long newSize, TreeHash newRoot, ReadOnlySpan<TreeHash> proof)
    {
        if (oldSize < 0 || newSize < oldSize)
            return false;
        if (oldSize == newSize)
            return proof.IsEmpty && oldRoot == newRoot;
        if (oldSize == 0)
            return proof.IsEmpty && oldRoot == TreeHash.Empty;

        // If the old tree is perfect its root opens the proof, and is left out of it.
        TreeHash first;
        if (BitOperations.IsPow2(oldSize))
            first = oldRoot;
        else if (proof.IsEmpty)
            return false;
        else
        {
            first = proof[0];
            proof = proof[1..];
        }

        var (node, last) = (oldSize - 1, newSize - 1);
        while ((node & 1) != 0)
            (node, last) = (node >> 1, last >> 1);
        var (oldHash, newHash) = (first, first);
        foreach (var sibling in proof)
        {
            if (last == 0)
                return false;
            if ((node & 1) != 0 || node == last)
            {
                oldHash = TreeHash.Node(sibling, oldHash);
                newHash = TreeHash.Node(sibling, newHash);
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
                newHash = TreeHash.Node(newHash, sibling);
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && oldHash == oldRoot && newHash == newRoot;
    }

    /// <summary>The hash over leaves [start, end), where start is a multiple of the largest power of two below the width.</summary>
    private static TreeHash Range(long start, long end, SubtreeSource source)
    {
        var width = end - start;
        if (BitOperations.IsPow2(width))
        {
            var level = BitOperations.Log2((ulong)width);
            return source(level, start >> level);
        }
        var middle = start + SplitOf(width);
        return TreeHash.Node(Range(start, middle, source), Range(middle, end, source));
    }

    /// <summary>The largest power of two smaller than <paramref name="width"/>.</summary>
    private static long SplitOf(long width) => 1L << BitOperations.Log2((ulong)(width - 1));
}
