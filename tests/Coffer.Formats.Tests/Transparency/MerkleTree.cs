using System.Buffers.Binary;
using Coffer.Formats.Transparency;
using CsCheck;

namespace Coffer.Formats.Tests.Transparency;

public sealed class MerkleTree
{
    private static readonly TreeHash[] Leaves = [.. Enumerable.Range(0, 1026).Select(LeafOf)];

    [Fact]
    public void HasThePublishedRoots()
    {
        var tree = new CompactRange();
        for (var size = 0; size <= Vectors.Leaves.Length; size++)
        {
            Assert.Equal(Vectors.Roots[size], tree.Root());
            if (size < Vectors.Leaves.Length)
                tree.Append(TreeHash.Leaf(Vectors.Leaves[size]));
        }
    }

    [Fact]
    public void GivesThePublishedProofs()
    {
        var subtrees = Vectors.Subtrees(Vectors.Leaves.Select(leaf => TreeHash.Leaf(leaf)));
        TreeHash Source(int level, long index) => subtrees[(level, index)];
        Assert.Equal(
            [
                Vectors.Hash("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
                Vectors.Hash("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                Vectors.Hash("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
            ],
            MerkleProofs.Inclusion(5, 8, Source));
        Assert.Equal([Vectors.Roots[2]], MerkleProofs.Inclusion(2, 3, Source));
        Assert.Equal(
            [
                Vectors.Hash("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
                Vectors.Hash("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                Vectors.Hash("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
            ],
            MerkleProofs.Consistency(6, 8, Source));
        Assert.Equal(
            [
                Vectors.Hash("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                Vectors.Hash("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
            ],
            MerkleProofs.Consistency(2, 5, Source));
    }

    [Fact]
    public void ProvesEveryPrefixUpTo1025()
    {
        var subtrees = Vectors.Subtrees(Leaves);
        TreeHash Source(int level, long index) => subtrees[(level, index)];
        var tree = new CompactRange();
        var roots = new List<TreeHash> { tree.Root() };
        for (var size = 1; size <= 1025; size++)
        {
            tree.Append(Leaves[size - 1]);
            var root = tree.Root();
            roots.Add(root);
            Assert.Equal(root, MerkleProofs.Root(size, Source));
            // Every index of small trees, edges and some between of larger ones.
            for (var index = 0; index < size; index += size <= 64 ? 1 : Math.Max(1, (size - 1) / 5))
                Assert.True(MerkleProofs.VerifyInclusion(Leaves[index], index, size, root, MerkleProofs.Inclusion(index, size, Source)));
            for (var old = 0; old <= size; old += size <= 64 ? 1 : Math.Max(1, size / 5))
                Assert.True(MerkleProofs.VerifyConsistency(old, roots[old], size, root, MerkleProofs.Consistency(old, size, Source)));
        }
    }

    [Theory]
    [InlineData(256)]
    [InlineData(65_536)]
    [InlineData(16_777_216)]
    [InlineData(4_294_967_296)]
    public void ProvesAroundPowersOf256(long power)
    {
        // All leaves alike, so that a subtree's hash depends on its height alone and 256^4 leaves need no memory.
        var levels = new TreeHash[40];
        levels[0] = LeafOf(0);
        for (var i = 1; i < levels.Length; i++)
            levels[i] = TreeHash.Node(levels[i - 1], levels[i - 1]);
        TreeHash Source(int level, long index) => levels[level];
        for (var size = power - 1; size <= power + 1; size++)
        {
            var root = MerkleProofs.Root(size, Source);
            var peaks = Enumerable.Range(0, 63).Reverse().Where(bit => ((size >> bit) & 1) != 0).Select(bit => levels[bit]).ToArray();
            Assert.Equal(root, new CompactRange(size, peaks).Root());
            foreach (var index in new[] { 0, 1, (size / 2) - 1, size / 2, size - 2, size - 1 })
            {
                var proof = MerkleProofs.Inclusion(index, size, Source);
                Assert.True(MerkleProofs.VerifyInclusion(levels[0], index, size, root, proof));
                Assert.False(MerkleProofs.VerifyInclusion(LeafOf(1), index, size, root, proof));
            }
            foreach (var old in new[] { 1, 2, (size / 2) - 1, size / 2, size - 1, size })
            {
                var oldRoot = MerkleProofs.Root(old, Source);
                var proof = MerkleProofs.Consistency(old, size, Source);
                Assert.True(MerkleProofs.VerifyConsistency(old, oldRoot, size, root, proof));
                Assert.False(MerkleProofs.VerifyConsistency(old, LeafOf(1), size, root, proof));
            }
        }
    }

    [Fact]
    public void RefusesForgedInclusionProofs()
    {
        var subtrees = Vectors.Subtrees(Leaves);
        Gen.Select(Gen.Int[1, 1025], Gen.Int[0, 1024], Gen.Int[0, 5], Gen.Int[0, 4095], Gen.Int[0, 1025]).Sample((size, at, kind, bit, other) =>
        {
            var index = at % size;
            var root = MerkleProofs.Root(size, (level, i) => subtrees[(level, i)]);
            var proof = MerkleProofs.Inclusion(index, size, (level, i) => subtrees[(level, i)]);
            var (leaf, claimedIndex, claimedSize) = (Leaves[index], (long)index, (long)size);
            switch (kind)
            {
                case 0:
                    leaf = Flip(leaf, bit);
                    break;
                case 1:
                    root = Flip(root, bit);
                    break;
                case 2 when proof.Length > 0:
                    proof[bit % proof.Length] = Flip(proof[bit % proof.Length], bit);
                    break;
                case 3 when other != index && other < size:
                    claimedIndex = other;
                    break;
                case 4 when proof.Length > 0:
                    proof = [.. proof[..^1]];
                    break;
                case 5:
                    proof = [.. proof, Leaves[other % Leaves.Length]];
                    break;
                default:
                    return;
            }
            Assert.False(MerkleProofs.VerifyInclusion(leaf, claimedIndex, claimedSize, root, proof));
        });
    }

    [Fact]
    public void RefusesForgedConsistencyProofs()
    {
        var subtrees = Vectors.Subtrees(Leaves);
        Gen.Select(Gen.Int[2, 1025], Gen.Int[1, 1024], Gen.Int[0, 4], Gen.Int[0, 4095]).Sample((size, at, kind, bit) =>
        {
            var old = 1 + (at % (size - 1));
            var root = MerkleProofs.Root(size, (level, i) => subtrees[(level, i)]);
            var oldRoot = MerkleProofs.Root(old, (level, i) => subtrees[(level, i)]);
            var proof = MerkleProofs.Consistency(old, size, (level, i) => subtrees[(level, i)]);
            switch (kind)
            {
                case 0:
                    root = Flip(root, bit);
                    break;
                case 1:
                    oldRoot = Flip(oldRoot, bit);
                    break;
                case 2 when proof.Length > 0:
                    proof[bit % proof.Length] = Flip(proof[bit % proof.Length], bit);
                    break;
                case 3 when proof.Length > 0:
                    proof = [.. proof[1..]];
                    break;
                case 4:
                    proof = [.. proof, Leaves[bit % Leaves.Length]];
                    break;
                default:
                    return;
            }
            Assert.False(MerkleProofs.VerifyConsistency(old, oldRoot, size, root, proof));
        });
    }

    [Fact]
    public void NeverThrowsOnNonsense() =>
        Gen.Select(Gen.Long, Gen.Long, Gen.Int[0, 70]).Sample((first, second, length) =>
        {
            var proof = Leaves[..length];
            Assert.False(MerkleProofs.VerifyInclusion(Leaves[7], first, second, Leaves[8], proof));
            Assert.False(MerkleProofs.VerifyConsistency(first, Leaves[7], second, Leaves[8], proof));
        });

    private static TreeHash LeafOf(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return TreeHash.Leaf(bytes);
    }

    private static TreeHash Flip(TreeHash hash, int bit)
    {
        var bytes = hash.ToArray();
        bytes[bit / 8 % TreeHash.Size] ^= (byte)(1 << (bit % 8));
        return TreeHash.From(bytes);
    }
}
