using System.Text;
using Coffer.Formats.Transparency;
using CsCheck;

namespace Coffer.Formats.Tests.Transparency;

public sealed class SignedNotes
{
    // The published example of golang.org/x/mod/sumdb/note.
    private const string Key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    private const string PrivateKey = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    private const string Text =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";

    private const string Note =
        Text + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    private static NoteSigner Signer() => new("PeterNeumann", Convert.FromBase64String(PrivateKey).AsSpan(1));

    [Fact]
    public void ReproduceThePublishedNote()
    {
        using var signer = Signer();
        Assert.Equal(Note, SignedNote.Sign(Text, signer));
        Assert.Equal(Key, signer.Verifier.ToString());
        Assert.Equal(Text, SignedNote.Open(Note, NoteVerifier.Parse(Key)));
    }

    [Fact]
    public void RefuseAnyChangedCharacter()
    {
        var verifier = NoteVerifier.Parse(Key);
        for (var i = 0; i < Note.Length; i++)
        {
            var changed = new StringBuilder(Note);
            changed[i] = (char)(changed[i] ^ 1);
            Assert.Null(SignedNote.Open(changed.ToString(), verifier));
        }
    }

    [Fact]
    public void RefuseMangledKeys()
    {
        for (var start = 0; start < Key.Length; start++)
        {
            for (var end = start; end <= Key.Length; end++)
            {
                if (end - start != Key.Length)
                    Assert.Throws<FormatException>(() => NoteVerifier.Parse(Key[start..end]));
            }
        }
        Assert.Throws<FormatException>(() => NoteVerifier.Parse("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
    }

    [Fact]
    public void RefuseAForgedSignatureBesideAGoodOne()
    {
        using var signer = Signer();
        using var other = new NoteSigner("other", new byte[32]);
        var both = SignedNote.Sign(Text, signer, other);
        Assert.Equal(Text, SignedNote.Open(both, other.Verifier));
        var forged = both.Replace(SignedNote.Sign(Text, signer)[(Text.Length + 1)..], SignedNote.Sign("x\n", signer)[3..], StringComparison.Ordinal);
        Assert.Equal(Text, SignedNote.Open(forged, other.Verifier));
        Assert.Null(SignedNote.Open(forged, other.Verifier, signer.Verifier));
    }

    [Fact]
    public void NeverThrowOnNonsense() =>
        Gen.String.Sample(text =>
        {
            Assert.Null(SignedNote.Open(text, NoteVerifier.Parse(Key)));
            Assert.Null(SignedNote.Open(Text + "\n— " + text + "\n", NoteVerifier.Parse(Key)));
            AuditProof.Parse(text);
            AuditProof.Parse("c2sp.org/tlog-proof@v1\nextra AA==\nindex 1\n" + text);
            Checkpoint.Parse("a\n1\n" + text);
        });
}
