using System.Text;

namespace Coffer.Formats.Hcl;

/// <summary><c>&lt;&lt;EOF</c> and <c>&lt;&lt;-EOF</c>: the lines up to the anchor alone on its line, last line break included.</summary>
internal static class Heredoc
{
    private const int MaxAnchor = 128;

    public static string Read(Cursor cursor)
    {
        HclPosition at = cursor.Position;
        cursor.Skip(2);
        bool indented = cursor.Current == '-';
        if (indented)
            cursor.Next();
        string anchor = cursor.TakeLine().TrimEnd('\r').ToString();
        if (anchor.Length is 0 or > MaxAnchor || !anchor.All(char.IsLetterOrDigit))
            throw at.Error("heredoc anchor expected: << and a word of letters and digits, alone on its line");

        List<string> lines = [];
        while (!cursor.AtEnd)
        {
            string line = cursor.TakeLine().ToString();
            ReadOnlySpan<char> content = line.AsSpan().TrimEnd('\r');
            if (content.TrimStart(" \t").SequenceEqual(anchor))
                return Join(lines, indented ? content[..^anchor.Length] : []);
            lines.Add(line);
        }
        throw at.Error($"heredoc not terminated: expected {anchor} on a line of its own");
    }

    /// <summary>As HCL1: the anchor's own indentation is taken off, unless some line has less of it.</summary>
    private static string Join(List<string> lines, ReadOnlySpan<char> indent)
    {
        int cut = indent.Length;
        foreach (string line in lines)
        {
            if (!line.AsSpan().StartsWith(indent))
                cut = 0;
        }
        var text = new StringBuilder();
        foreach (string line in lines)
            text.Append(line.AsSpan(cut)).Append('\n');
        return text.ToString();
    }
}
