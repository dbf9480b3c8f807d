namespace Coffer.Formats.Hcl;

/// <summary>
/// JSON (RFC 8259) into the same tree, with places. Written here because duplicate members must survive: in HCL1 a repeated block
/// accumulates.
/// </summary>
internal sealed class JsonParser
{
    private readonly Cursor cursor;
    private readonly StringReader strings;
    private int depth;

    public JsonParser(string text)
    {
        cursor = new Cursor(text);
        strings = new StringReader(cursor);
    }

    public HclBody Parse()
    {
        SkipSpace();
        HclBody body = ParseObject();
        SkipSpace();
        return cursor.AtEnd ? body : throw cursor.Error($"expected the end of the text, found {cursor.Describe()}");
    }

    private HclBody ParseObject()
    {
        HclPosition at = cursor.Position;
        Enter();
        cursor.Next();
        List<HclItem> items = [];
        SkipSpace();
        if (cursor.Current == '}')
            return Leave(new HclBody(items, at));
        while (true)
        {
            SkipSpace();
            if (cursor.Current != '"')
                throw cursor.Error($"expected a key in quotes, found {cursor.Describe()}");
            HclPosition keyAt = cursor.Position;
            var key = new HclName(strings.ReadJson(), keyAt);
            SkipSpace();
            if (cursor.Current != ':')
                throw cursor.Error($"expected ':' after \"{key.Text}\", found {cursor.Describe()}");
            cursor.Next();
            items.Add(new HclAttribute(key, ParseValue()));
            if (!TakeComma('}'))
                return Leave(new HclBody(items, at));
        }
    }

    private List<HclValue> ParseArray()
    {
        Enter();
        cursor.Next();
        List<HclValue> elements = [];
        SkipSpace();
        if (cursor.Current == ']')
            return Leave(elements);
        do
        {
            elements.Add(ParseValue());
        }
        while (TakeComma(']'));
        return Leave(elements);
    }

    private HclValue ParseValue()
    {
        SkipSpace();
        HclPosition at = cursor.Position;
        switch (cursor.Current)
        {
            case '"':
                return HclValue.String(strings.ReadJson(), at);
            case '{':
                return HclValue.Object(ParseObject(), at);
            case '[':
                return HclValue.List(ParseArray(), at);
            case '-' or (>= '0' and <= '9'):
                return HclValue.Number(NumberReader.ReadJson(cursor), at);
            default:
                return TakeWord("true") ? HclValue.Bool(true, at)
                    : TakeWord("false") ? HclValue.Bool(false, at)
                    : TakeWord("null") ? HclValue.Null(at)
                    : throw cursor.Error($"expected a value, found {cursor.Describe()}");
        }
    }

    /// <summary>True if a comma stood here; false if the closing character does, which is left standing.</summary>
    private bool TakeComma(char closing)
    {
        SkipSpace();
        if (cursor.Current == ',')
        {
            cursor.Next();
            return true;
        }
        return cursor.Current == closing ? false : throw cursor.Error($"expected ',' or '{closing}', found {cursor.Describe()}");
    }

    private bool TakeWord(string word)
    {
        if (!cursor.StartsWith(word) || char.IsLetterOrDigit(cursor.Peek(word.Length)))
            return false;
        cursor.Skip(word.Length);
        return true;
    }

    private void Enter()
    {
        if (++depth > HclDocument.MaxDepth)
            throw cursor.Error($"nested more than {HclDocument.MaxDepth} deep");
    }

    private T Leave<T>(T result)
    {
        cursor.Next();
        depth--;
        return result;
    }

    private void SkipSpace()
    {
        while (cursor.Current is ' ' or '\t' or '\r' or '\n')
            cursor.Next();
    }
}
