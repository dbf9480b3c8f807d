using System.Globalization;
using System.Text;

namespace Coffer.Formats.Transparency;

/// <summary>
/// A C2SP tlog-proof: one file that shows, without the log, that an entry is in it. The entry travels in the
/// <c>extra</c> line and is trusted only because its hash is proven.
/// </summary>
/// <param name="Leaf">The entry's bytes.</param>
/// <param name="Index">Its number in the log.</param>
/// <param name="Hashes">The inclusion proof, leaf first.</param>
/// <param name="SignedCheckpoint">The checkpoint it is proven against, a signed note.</param>
public sealed record AuditProof(ReadOnlyMemory<byte> Leaf, long Index, IReadOnlyList<TreeHash> Hashes, string SignedCheckpoint)
{
    private const string Header = "c2sp.org/tlog-proof@v1";

    /// <summary>The checkpoint, if one of the keys has signed it and the entry is in its tree; else null.</summary>
    public Checkpoint? Verify(params IEnumerable<NoteVerifier> keys) =>
        Checkpoint.Open(SignedCheckpoint, keys) is { } checkpoint
        && MerkleProofs.VerifyInclusion(TreeHash.Leaf(Leaf.Span), Index, checkpoint.Size, checkpoint.Root, [.. Hashes])
            ? checkpoint
            : null;

    /// <summary>Reads a proof file. Null if malformed or without its entry.</summary>
    public static AuditProof? Parse(string text)
    {
        var split = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0)
            return null;
        var lines = text[..split].Split('\n');
        if (lines.Length < 3 || lines[0] != Header
            || !lines[1].StartsWith("extra ", StringComparison.Ordinal) || Base64Text.Decode(lines[1].AsSpan(6)) is not { } leaf
            || !lines[2].StartsWith("index ", StringComparison.Ordinal) || !Checkpoint.TryNumber(lines[2].AsSpan(6), out var index)
            || lines.Length - 3 > 63)
            return null;
        var hashes = new List<TreeHash>();
        foreach (var line in lines[3..])
        {
            if (!TreeHash.TryParse(line, out var hash))
                return null;
            hashes.Add(hash);
        }
        return new(leaf, index, hashes, text[(split + 2)..]);
    }

    /// <summary>The file's text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Header).Append("\nextra ").Append(Convert.ToBase64String(Leaf.Span))
            .Append("\nindex ").Append(Index.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (var hash in Hashes)
            text.Append(hash.ToString()).Append('\n');
        return text.Append('\n').Append(SignedCheckpoint).ToString();
    }
}
