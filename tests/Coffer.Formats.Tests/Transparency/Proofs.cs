using System.Text;
using Coffer.Formats.Transparency;

namespace Coffer.Formats.Tests.Transparency;

public sealed class Proofs
{
    private static readonly NoteSigner Signer = new("cluster/audit/node-1", Enumerable.Repeat((byte)7, 32).ToArray());

    [Fact]
    public void VerifyOffline()
    {
        var (proof, checkpoint) = Make();
        var read = AuditProof.Parse(proof.ToString())!;
        Assert.Equal(checkpoint, read.Verify(Signer.Verifier));
        Assert.Equal("entry 5", Encoding.UTF8.GetString(read.Leaf.Span));
        Assert.Equal(proof.ToString(), read.ToString());
    }

    [Fact]
    public void AreRefusedWithAnyChangedCharacter()
    {
        var text = Make().Proof.ToString();
        for (var i = 0; i < text.Length; i++)
        {
            var changed = new StringBuilder(text);
            changed[i] = (char)(changed[i] ^ 1);
            Assert.Null(AuditProof.Parse(changed.ToString())?.Verify(Signer.Verifier));
        }
    }

    [Fact]
    public void AreRefusedUnderAnotherKey()
    {
        using var other = new NoteSigner("cluster/audit/node-1", new byte[32]);
        using var renamed = new NoteSigner("another", Enumerable.Repeat((byte)7, 32).ToArray());
        Assert.Null(Make().Proof.Verify(other.Verifier));
        Assert.Null(Make().Proof.Verify(renamed.Verifier));
    }

    private static (AuditProof Proof, Checkpoint Checkpoint) Make()
    {
        var leaves = Enumerable.Range(0, 11).Select(i => Encoding.UTF8.GetBytes($"entry {i}")).ToArray();
        var subtrees = Vectors.Subtrees(leaves.Select(leaf => TreeHash.Leaf(leaf)));
        TreeHash Source(int level, long index) => subtrees[(level, index)];
        var checkpoint = new Checkpoint("cluster/audit/node-1", 11, MerkleProofs.Root(11, Source));
        return (new(leaves[5], 5, MerkleProofs.Inclusion(5, 11, Source), checkpoint.Sign(Signer)), checkpoint);
    }
}
