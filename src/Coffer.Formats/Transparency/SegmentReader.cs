namespace Coffer.Formats.Transparency;

/// <summary>Reads a segment's lines with their offsets, forward, in large blocks.</summary>
public sealed class SegmentReader : IDisposable
{
    /// <summary>Longer than an entry can be: a line that does not end before this is damage.</summary>
    public const int MaxLineBytes = EntryBundle.MaxEntryBytes + 1;

    private readonly FileStream file;
    private byte[] buffer = new byte[1 << 20];
    private int start;
    private int end;
    private int lineLength;
    private bool atEnd;

    public SegmentReader(string path, long offset = 0)
    {
        file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        file.Position = offset;
        NextOffset = offset;
    }

    /// <summary>The line that <see cref="Read"/> moved to, without its newline; valid until the next read.</summary>
    public ReadOnlySpan<byte> Line => buffer.AsSpan(start - lineLength - 1, lineLength);

    /// <summary>Where that line starts in the file.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the next line starts; at the end, where the last whole line ended.</summary>
    public long NextOffset { get; private set; }

    /// <summary>Whether the line is a header or a commit rather than an entry.</summary>
    public bool IsMark => lineLength > 0 && Line[0] == (byte)'#';

    /// <summary>Moves to the next line; false at the end, at allocated but unused space, and at a line that does not end.</summary>
    public bool Read()
    {
        var scanned = start;
        while (true)
        {
            if (start < end && buffer[start] == 0)
                return false;
            var newline = buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                lineLength = scanned + newline - start;
                (Offset, start) = (NextOffset, scanned + newline + 1);
                NextOffset = Offset + lineLength + 1;
                return true;
            }
            if (end - start > MaxLineBytes || atEnd)
                return false;
            scanned = end - start;
            Fill();
            scanned += start;
        }
    }

    /// <summary>Whether anything but zero bytes follows the last line read. Reads to the end of the file.</summary>
    public bool HasRemains()
    {
        while (true)
        {
            if (buffer.AsSpan(start, end - start).ContainsAnyExcept((byte)0))
                return true;
            if (atEnd)
                return false;
            start = end;
            Fill();
        }
    }

    public void Dispose() => file.Dispose();

    private void Fill()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (end, start) = (end - start, 0);
        var read = file.Read(buffer, end, buffer.Length - end);
        end += read;
        atEnd = read == 0;
    }
}
