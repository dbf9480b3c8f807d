using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit.Index;

/// <summary>Reads a log that is being written, and goes on where it was: forward reading costs what is new. Not safe for concurrent use.</summary>
internal sealed class LogReader(string directory)
{
    private string path = "";
    private long nextIndex = -1;
    private long nextOffset;

    /// <summary>
    /// Gives the entries from <paramref name="first"/> up to <paramref name="size"/>, which must be durable, until
    /// <paramref name="take"/> says no. Returns the index of the first that was not taken.
    /// </summary>
    /// <exception cref="InvalidDataException">An entry is missing.</exception>
    public long Read(long first, long size, TakeEntry take)
    {
        while (first < size)
        {
            var (segment, offset) = Find(first);
            using var reader = new SegmentReader(segment.Path, offset);
            var index = offset == 0 ? segment.First : nextIndex;
            var wanted = first;
            while (index < size && reader.Read())
            {
                if (reader.IsMark) continue;
                if (index >= first)
                {
                    if (!take(index, reader.Line)) return first;
                    first = index + 1;
                }
                index++;
                (path, nextIndex, nextOffset) = (segment.Path, index, reader.NextOffset);
            }
            if (first > wanted) continue;
            if (offset == 0) throw new InvalidDataException($"Entry {first} is missing from {segment.Path}.");
            nextIndex = -1; // this file has ended: look for the next
        }
        return first;
    }

    private (LogSegment Segment, long Offset) Find(long first)
    {
        if (nextIndex == first && File.Exists(path)) return (new LogSegment(path, nextIndex), nextOffset);
        var segment = LogLayout.Segments(directory).LastOrDefault(s => s.First <= first)
            ?? throw new InvalidDataException($"Entry {first} is missing from {directory}.");
        return (segment, 0);
    }
}

/// <summary>Takes an entry; false to stop before it.</summary>
internal delegate bool TakeEntry(long index, ReadOnlySpan<byte> entry);
