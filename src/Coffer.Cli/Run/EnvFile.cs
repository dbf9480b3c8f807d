using System.Text;

namespace Coffer.Cli.Run;

/// <summary>
/// A file of <c>NAME=value</c> lines, as Docker and dotenv have them: <c>#</c> comments, an optional <c>export</c>, single quotes
/// for text as it is, double quotes for <c>\n</c>, <c>\t</c>, <c>\"</c> and <c>\\</c>. No variables are expanded.
/// </summary>
internal static class EnvFile
{
    public static IEnumerable<KeyValuePair<string, string>> Read(string path)
    {
        string[] lines;
        try
        {
            lines = path == "-" ? Terminal.ReadInput().Split('\n') : File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalException($"{path} cannot be read: {e.Message}");
        }
        return Parse(lines, path);
    }

    public static IEnumerable<KeyValuePair<string, string>> Parse(IReadOnlyList<string> lines, string path)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("export ", StringComparison.Ordinal))
                line = line["export ".Length..].TrimStart();
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !IsName(line.AsSpan(0, equals).TrimEnd()))
                throw new LocalException($"{path}, line {i + 1}: not NAME=value.");
            string value = Value(line[(equals + 1)..].Trim())
                ?? throw new LocalException($"{path}, line {i + 1}: a quote is not closed.");
            yield return new(line[..equals].TrimEnd(), value);
        }
    }

    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || char.IsAsciiDigit(name[0]))
            return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        return true;
    }

    private static string? Value(string text)
    {
        if (text is ['\'', ..])
            return text.IndexOf('\'', 1) is > 0 and var end ? text[1..end] : null;
        if (text is ['"', ..])
            return Quoted(text);
        // A comment needs a space before it: "#" alone begins the field of a reference.
        int comment = text.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? text : text[..comment].TrimEnd();
    }

    private static string? Quoted(string text)
    {
        var value = new StringBuilder();
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return value.ToString();
            if (text[i] == '\\' && i + 1 < text.Length)
                value.Append(text[++i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            else
                value.Append(text[i]);
        }
        return null;
    }
}
