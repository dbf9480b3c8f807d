using System.Globalization;
using System.Text;

namespace Coffer.Formats.Transparency;

/// <summary>
/// How a log lies on disk. A directory holds <c>checkpoint</c> (the last signed one), <c>tile/…</c> (C2SP tlog-tiles) and
/// <c>entries/&lt;first index, 20 digits&gt;.log</c>: text, a line for each entry, with lines starting in <c>#</c> between:
/// one header a segment, one commit a durable batch. Zero bytes follow the last line: space already allocated.
/// </summary>
public static class LogLayout
{
    public const string CheckpointFile = "checkpoint";
    public const string EntriesDirectory = "entries";

    private const string HeaderMark = "#coffer-audit-log/1";

    /// <summary>Prefix of each entry: its number is the first member of its JSON object.</summary>
    internal static ReadOnlySpan<byte> SequencePrefix => "{\"seq\":"u8;

    /// <summary>For example <c>entries/00000000000000004096.log</c>.</summary>
    public static string SegmentPath(string directory, long first) =>
        Path.Combine(directory, EntriesDirectory, first.ToString("D20", CultureInfo.InvariantCulture) + ".log");

    /// <summary>The segments of a log, oldest first.</summary>
    public static IReadOnlyList<LogSegment> Segments(string directory)
    {
        var entries = Path.Combine(directory, EntriesDirectory);
        if (!Directory.Exists(entries))
            return [];
        var segments = new List<LogSegment>();
        foreach (var path in Directory.EnumerateFiles(entries, "*.log"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (name.Length == 20 && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var first))
                segments.Add(new(path, first));
        }
        segments.Sort((left, right) => left.First.CompareTo(right.First));
        return segments;
    }

    /// <summary>The first line of a segment: the tree before it, so that opening a log need not read all of it.</summary>
    public static byte[] Header(string origin, CompactRange before)
    {
        var peaks = new StringBuilder();
        foreach (var peak in before.Peaks)
            peaks.Append(' ').Append(peak.ToString());
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{HeaderMark} {origin} {before.Size}{peaks}\n"));
    }

    /// <summary>Reads a header line. Null if malformed.</summary>
    public static (string Origin, CompactRange Before)? ParseHeader(ReadOnlySpan<byte> line)
    {
        var parts = Encoding.UTF8.GetString(line).Split(' ');
        if (parts.Length is < 3 or > 67 || parts[0] != HeaderMark || !Checkpoint.TryNumber(parts[2], out var size))
            return null;
        var peaks = new TreeHash[parts.Length - 3];
        for (var i = 0; i < peaks.Length; i++)
        {
            if (!TreeHash.TryParse(parts[3 + i], out peaks[i]))
                return null;
        }
        return long.PopCount(size) == peaks.Length ? (parts[1], new CompactRange(size, peaks)) : null;
    }

    /// <summary>A batch's last line: the tree after it, and a MAC that only a running server can make.</summary>
    public static byte[] Commit(long size, TreeHash root, ReadOnlySpan<byte> mac) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"#{size} {root} {Convert.ToBase64String(mac)}\n"));

    /// <summary>Reads a commit line. Null if malformed.</summary>
    public static LogCommit? ParseCommit(ReadOnlySpan<byte> line)
    {
        if (line.Length is < 4 or > 160 || line[0] != '#')
            return null;
        var parts = Encoding.Latin1.GetString(line[1..]).Split(' ');
        return parts.Length == 3 && Checkpoint.TryNumber(parts[0], out var size) && TreeHash.TryParse(parts[1], out var root)
            && Base64Text.Decode(parts[2]) is { Length: 16 } mac
            ? new(size, root, mac)
            : null;
    }

    /// <summary>An entry's number, from its first member. Negative if it has none.</summary>
    public static long SequenceOf(ReadOnlySpan<byte> entry)
    {
        if (!entry.StartsWith(SequencePrefix))
            return -1;
        var digits = entry[SequencePrefix.Length..];
        return System.Buffers.Text.Utf8Parser.TryParse(digits, out long value, out var used) && used > 0 && used < digits.Length
            && digits[used] is (byte)',' or (byte)'}'
            ? value
            : -1;
    }
}

/// <summary>A file of entries.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="First">The index of its first entry.</param>
public sealed record LogSegment(string Path, long First);

/// <summary>The end of a batch: the tree's size and root after it.</summary>
/// <param name="Size">Entries in the log.</param>
/// <param name="Root">The root over them.</param>
/// <param name="Mac">16 bytes, under a key that only the running server has.</param>
public sealed record LogCommit(long Size, TreeHash Root, ReadOnlyMemory<byte> Mac);
