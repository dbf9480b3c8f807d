namespace Coffer.Formats.Hcl;

/// <summary>The HCL1 grammar by recursive descent: an item is one or more keys, then <c>=</c> and a value, or a body in braces.</summary>
internal sealed class HclParser
{
    private readonly Cursor cursor;
    private readonly StringReader strings;
    private int depth;

    public HclParser(string text)
    {
        cursor = new Cursor(text);
        strings = new StringReader(cursor);
    }

    public HclBody Parse()
    {
        HclBody body = ParseItems(cursor.Position, closing: null);
        return cursor.AtEnd ? body : throw cursor.Error($"expected a key, found {cursor.Describe()}");
    }

    /// <summary>Items up to the closing brace, which is left standing, or the end of the text.</summary>
    private HclBody ParseItems(HclPosition start, HclPosition? closing)
    {
        List<HclItem> items = [];
        while (true)
        {
            SkipSpace();
            if (cursor.AtEnd)
            {
                return closing is null ? new HclBody(items, start)
                    : throw cursor.Error($"object expected closing brace for the one at {closing.Value.Line}:{closing.Value.Column}");
            }
            if (cursor.Current == '}' && closing is not null)
                return new HclBody(items, start);
            items.Add(ParseItem());
            SkipSpace();
            if (cursor.Current == ',')
                cursor.Next();
        }
    }

    private HclItem ParseItem()
    {
        HclName key = ParseKey();
        List<HclName> labels = [];
        while (true)
        {
            SkipSpace();
            switch (cursor.Current)
            {
                case '=' when labels.Count > 0:
                    throw cursor.Error("nested object expected: '{', found '='");
                case '=':
                    cursor.Next();
                    SkipSpace();
                    return new HclAttribute(key, ParseValue());
                case '{':
                    return new HclBlock(key, labels, ParseBraces());
                default:
                    if (cursor.AtEnd || !(cursor.Current == '"' || IsIdentifierStart(cursor.Current)))
                        throw cursor.Error($"expected '=', '{{' or a label after \"{key.Text}\", found {cursor.Describe()}");
                    labels.Add(ParseKey());
                    break;
            }
        }
    }

    private HclName ParseKey()
    {
        HclPosition at = cursor.Position;
        if (cursor.Current == '"')
            return new HclName(strings.ReadHcl(), at);
        if (!IsIdentifierStart(cursor.Current))
            throw cursor.Error($"expected a key, found {cursor.Describe()}");
        return new HclName(ReadIdentifier(), at);
    }

    private HclBody ParseBraces()
    {
        HclPosition at = cursor.Position;
        Enter();
        cursor.Next();
        HclBody body = ParseItems(at, at);
        cursor.Next();
        depth--;
        return body;
    }

    private HclValue ParseValue()
    {
        HclPosition at = cursor.Position;
        char c = cursor.Current;
        if (c == '"')
            return HclValue.String(strings.ReadHcl(), at);
        if (c == '{')
            return HclValue.Object(ParseBraces(), at);
        if (c == '[')
            return HclValue.List(ParseList(), at);
        if (c == '<' && cursor.Peek(1) == '<')
            return HclValue.String(Heredoc.Read(cursor), at);
        if (c is '-' or '.' || char.IsAsciiDigit(c))
            return HclValue.Number(NumberReader.ReadHcl(cursor), at);
        if (!IsIdentifierStart(c))
            throw cursor.Error($"expected a value, found {cursor.Describe()}");
        return ReadIdentifier() switch
        {
            "true" => HclValue.Bool(true, at),
            "false" => HclValue.Bool(false, at),
            string word => throw at.Error($"expected a value, found the bare word {word}: quote it"),
        };
    }

    private List<HclValue> ParseList()
    {
        HclPosition at = cursor.Position;
        Enter();
        cursor.Next();
        List<HclValue> elements = [];
        while (true)
        {
            SkipSpace();
            if (cursor.Current == ']')
                break;
            if (cursor.AtEnd)
                throw cursor.Error($"expected ']' for the list at {at.Line}:{at.Column}");
            elements.Add(ParseValue());
            SkipSpace();
            if (cursor.Current == ',')
                cursor.Next();
            else if (cursor.Current != ']')
                throw cursor.Error($"expected ',' or ']' in the list, found {cursor.Describe()}");
        }
        cursor.Next();
        depth--;
        return elements;
    }

    private void Enter()
    {
        if (++depth > HclDocument.MaxDepth)
            throw cursor.Error($"nested more than {HclDocument.MaxDepth} deep");
    }

    private void SkipSpace()
    {
        while (!cursor.AtEnd)
        {
            char c = cursor.Current;
            if (c is ' ' or '\t' or '\r' or '\n')
                cursor.Next();
            else if (c == '#' || (c == '/' && cursor.Peek(1) == '/'))
                cursor.TakeLine();
            else if (c == '/' && cursor.Peek(1) == '*')
                SkipBlockComment();
            else
                return;
        }
    }

    private void SkipBlockComment()
    {
        HclPosition at = cursor.Position;
        cursor.Skip(2);
        while (!(cursor.Current == '*' && cursor.Peek(1) == '/'))
        {
            if (cursor.AtEnd)
                throw at.Error("comment not terminated: expected */");
            cursor.Next();
        }
        cursor.Skip(2);
    }

    private string ReadIdentifier()
    {
        int start = cursor.Offset;
        while (IsIdentifierStart(cursor.Current) || char.IsDigit(cursor.Current) || cursor.Current is '-' or '.')
            cursor.Next();
        return cursor.Since(start).ToString();
    }

    private static bool IsIdentifierStart(char c) => char.IsLetter(c) || c == '_';
}
