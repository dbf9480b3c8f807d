using System.Numerics;

namespace Coffer.Formats.Transparency;

/// <summary>
/// The right edge of a Merkle tree: the roots of the perfect subtrees that its leaves [0, Size) fall into, largest first.
/// It is all that is needed to append and to know the root; 64 hashes at most.
/// </summary>
public sealed class CompactRange
{
    private readonly TreeHash[] peaks = new TreeHash[64];
    private int count;

    /// <summary>An empty tree.</summary>
    public CompactRange()
    {
    }

    /// <summary>Resumes a tree of <paramref name="size"/> leaves from its peaks, largest first.</summary>
    /// <exception cref="ArgumentException">The number of peaks does not fit the size.</exception>
    public CompactRange(long size, ReadOnlySpan<TreeHash> peaks)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (peaks.Length != BitOperations.PopCount((ulong)size))
            throw new ArgumentException("A tree has one peak for each set bit of its size.", nameof(peaks));
        peaks.CopyTo(this.peaks);
        count = peaks.Length;
        Size = size;
    }

    /// <summary>Leaves in the tree.</summary>
    public long Size { get; private set; }

    /// <summary>The roots of the perfect subtrees, largest first.</summary>
    public ReadOnlySpan<TreeHash> Peaks => peaks.AsSpan(0, count);

    /// <summary>Appends a leaf's hash.</summary>
    public void Append(TreeHash leaf) => Append(leaf, null);

    /// <summary>
    /// Appends a leaf's hash and reports each perfect subtree that it completes, the leaf itself (level 0) first:
    /// level, index within the level, hash.
    /// </summary>
    public void Append(TreeHash leaf, Action<int, long, TreeHash>? completed)
    {
        var hash = leaf;
        completed?.Invoke(0, Size, hash);
        var level = 0;
        for (var size = Size; (size & 1) != 0; size >>= 1)
        {
            hash = TreeHash.Node(peaks[--count], hash);
            level++;
            completed?.Invoke(level, size >> 1, hash);
        }
        peaks[count++] = hash;
        Size++;
    }

    /// <summary>The root over all leaves so far.</summary>
    public TreeHash Root()
    {
        if (count == 0)
            return TreeHash.Empty;
        var root = peaks[count - 1];
        for (var i = count - 2; i >= 0; i--)
            root = TreeHash.Node(peaks[i], root);
        return root;
    }

    /// <summary>Takes over another range's state, without allocating.</summary>
    public void CopyFrom(CompactRange other)
    {
        other.Peaks.CopyTo(peaks);
        count = other.count;
        Size = other.Size;
    }
}
