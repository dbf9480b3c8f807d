using System.Globalization;

namespace Coffer.Formats.Transparency;

/// <summary>A C2SP tlog-checkpoint: how large a log was, and the root over it.</summary>
/// <param name="Origin">The log's unique name; also the name of its signing key.</param>
/// <param name="Size">Leaves in the tree.</param>
/// <param name="Root">The Merkle root over them.</param>
public sealed record Checkpoint(string Origin, long Size, TreeHash Root)
{
    /// <summary>The text that is signed.</summary>
    public string Text() => $"{Origin}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{Root}\n";

    /// <summary>The signed note.</summary>
    public string Sign(params ReadOnlySpan<NoteSigner> signers) => SignedNote.Sign(Text(), signers);

    /// <summary>Opens a signed checkpoint. Null unless one of the keys, named after the origin, has signed it.</summary>
    public static Checkpoint? Open(string note, params IEnumerable<NoteVerifier> keys)
    {
        var origin = note.Split('\n', 2)[0];
        return SignedNote.Open(note, keys.Where(key => key.Name == origin)) is { } text ? Parse(text) : null;
    }

    /// <summary>Reads the unsigned text; extension lines are allowed and ignored. Null if malformed.</summary>
    public static Checkpoint? Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length < 4 || lines[^1].Length != 0 || lines[..^1].Any(line => line.Length == 0)
            || !TryNumber(lines[1], out var size) || !TreeHash.TryParse(lines[2], out var root))
            return null;
        return new(lines[0], size, root);
    }

    internal static bool TryNumber(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && (text.Length == 1 || text[0] != '0');
}
