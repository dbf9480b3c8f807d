using System.Text;

namespace Coffer.Cli.Output;

/// <summary>
/// HCL's usual layout: two spaces for each open bracket, equals signs of neighbouring lines below each other, at most one blank
/// line. It moves white space at the edges of lines and around equals signs only, so comments stay and the meaning cannot change.
/// </summary>
internal static class HclLayout
{
    public static string Format(string text)
    {
        var lines = new List<(int Depth, string Text, int Sign)>();
        var state = new Scan();
        foreach (string raw in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            if (state.Verbatim)
            {
                // Inside a comment block or a heredoc white space is content.
                state.Read(raw);
                lines.Add((0, raw, -1));
                continue;
            }
            string line = raw.Trim();
            int closing = 0;
            while (closing < line.Length && line[closing] is '}' or ']')
                closing++;
            int depth = Math.Max(0, state.Depth - closing);
            int equals = state.Read(line);
            if (line.Length > 0 || lines is [.., { Text.Length: > 0 }])
                lines.Add((depth, line, equals));
        }
        Align(lines);
        var result = new StringBuilder();
        foreach ((int depth, string line, _) in lines)
            result.Append(' ', line.Length == 0 ? 0 : depth * 2).Append(line).Append('\n');
        return result.ToString();
    }

    private static void Align(List<(int Depth, string Text, int Sign)> lines)
    {
        for (int start = 0; start < lines.Count;)
        {
            int end = start;
            while (end < lines.Count && lines[end].Sign > 0 && lines[end].Depth == lines[start].Depth)
                end++;
            int width = 0;
            for (int i = start; i < end; i++)
                width = Math.Max(width, lines[i].Text[..lines[i].Sign].TrimEnd().Length);
            for (int i = start; i < end; i++)
            {
                (int depth, string line, int equals) = lines[i];
                lines[i] = (depth, $"{line[..equals].TrimEnd().PadRight(width)} = {line[(equals + 1)..].TrimStart()}", equals);
            }
            start = Math.Max(end, start + 1);
        }
    }

    /// <summary>Follows brackets, strings, comments and heredocs from line to line.</summary>
    private sealed class Scan
    {
        private string? _heredoc;
        private bool _comment;

        public int Depth { get; private set; }

        public bool Verbatim => _comment || _heredoc is not null;

        /// <summary>Reads a line; the place of its first equals sign outside strings and brackets, or -1.</summary>
        public int Read(string line)
        {
            if (_heredoc is not null)
            {
                if (line.Trim() == _heredoc)
                    _heredoc = null;
                return -1;
            }
            int equals = -1;
            int opened = Depth;
            for (int i = 0; i < line.Length; i++)
            {
                if (_comment)
                {
                    int end = line.IndexOf("*/", i, StringComparison.Ordinal);
                    if (end < 0)
                        return equals;
                    _comment = false;
                    i = end + 1;
                    continue;
                }
                char c = line[i];
                if (c == '"')
                    i = StringEnd(line, i);
                else if (c == '#' || (c == '/' && line.AsSpan(i).StartsWith("//")))
                    return equals;
                else if (c == '/' && line.AsSpan(i).StartsWith("/*"))
                    (_comment, i) = (true, i + 1);
                else if (c is '{' or '[')
                    Depth++;
                else if (c is '}' or ']')
                    Depth = Math.Max(0, Depth - 1);
                else if (c == '=' && equals < 0 && Depth == opened)
                    equals = i;
                else if (c == '<' && line.AsSpan(i).StartsWith("<<"))
                {
                    _heredoc = line[(i + 2)..].TrimStart('-').Trim();
                    return equals;
                }
            }
            return equals;
        }

        private static int StringEnd(string line, int start)
        {
            for (int i = start + 1; i < line.Length; i++)
            {
                if (line[i] == '\\')
                    i++;
                else if (line[i] == '"')
                    return i;
            }
            return line.Length;
        }
    }
}
