namespace Coffer.Formats.Hcl;

/// <summary>A place in the text that knows its line and column; shared by both parsers.</summary>
internal sealed class Cursor
{
    private readonly string text;
    private int line = 1;
    private int lineStart;

    public Cursor(string text)
    {
        this.text = text;
        if (text.StartsWith('\uFEFF'))
            Offset = lineStart = 1;
    }

    public int Offset { get; private set; }

    public bool AtEnd => Offset >= text.Length;

    /// <summary>The current character, or NUL at the end; a NUL in the text itself is no token of either grammar.</summary>
    public char Current => Offset < text.Length ? text[Offset] : '\0';

    public HclPosition Position => new(line, Offset - lineStart + 1);

    public char Peek(int ahead) => Offset + ahead < text.Length ? text[Offset + ahead] : '\0';

    public bool StartsWith(string value) => text.AsSpan(Offset).StartsWith(value, StringComparison.Ordinal);

    public ReadOnlySpan<char> Since(int start) => text.AsSpan(start, Offset - start);

    public char Next()
    {
        char c = text[Offset++];
        if (c == '\n')
        {
            line++;
            lineStart = Offset;
        }
        return c;
    }

    public void Skip(int count)
    {
        for (int i = 0; i < count && !AtEnd; i++)
            Next();
    }

    /// <summary>The rest of the line without its line break, and steps over the break.</summary>
    public ReadOnlySpan<char> TakeLine()
    {
        int start = Offset;
        int length = text.AsSpan(start).IndexOf('\n');
        int end = length < 0 ? text.Length : start + length;
        Offset = end;
        if (!AtEnd)
            Next();
        return text.AsSpan(start, end - start);
    }

    public HclException Error(string problem) => Position.Error(problem);

    /// <summary>What stands here, in words, for messages; one character at most, so that no value leaks.</summary>
    public string Describe() => AtEnd ? "the end of the text"
        : Current == '\n' || (Current == '\r' && Peek(1) == '\n') ? "a line break"
        : char.IsControl(Current) || char.IsSurrogate(Current) ? $"U+{(int)Current:X4}"
        : $"'{Current}'";
}
