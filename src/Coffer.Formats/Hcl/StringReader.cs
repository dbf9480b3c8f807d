using System.Globalization;
using System.Text;

namespace Coffer.Formats.Hcl;

/// <summary>Quoted strings of both grammars. The cursor stands on the opening quote and ends after the closing one.</summary>
internal sealed class StringReader(Cursor cursor)
{
    private readonly StringBuilder buffer = new();

    /// <summary>An HCL string. An interpolation <c>${…}</c> is kept as it stands, quotes and line breaks within it included.</summary>
    public string ReadHcl()
    {
        HclPosition at = cursor.Position;
        Start();
        while (cursor.Current != '"' || cursor.AtEnd)
        {
            if (cursor.AtEnd || cursor.Current == '\n')
                throw at.Error("literal not terminated: expected '\"'");
            if (cursor.Current == '$' && cursor.Peek(1) == '{')
                ReadInterpolation(at);
            else if (cursor.Current == '\\')
                ReadEscape(hcl: true);
            else
                buffer.Append(cursor.Next());
        }
        return Finish();
    }

    /// <summary>A JSON string, with JSON's escapes only.</summary>
    public string ReadJson()
    {
        HclPosition at = cursor.Position;
        Start();
        while (cursor.Current != '"' || cursor.AtEnd)
        {
            if (cursor.AtEnd)
                throw at.Error("literal not terminated: expected '\"'");
            if (cursor.Current < ' ')
                throw cursor.Error($"a JSON string must not hold {cursor.Describe()}: escape it");
            if (cursor.Current == '\\')
                ReadEscape(hcl: false);
            else
                buffer.Append(cursor.Next());
        }
        return Finish();
    }

    private void Start()
    {
        buffer.Clear();
        cursor.Next();
    }

    private string Finish()
    {
        cursor.Next();
        string text = buffer.ToString();
        buffer.Clear();
        return text;
    }

    private void ReadInterpolation(HclPosition at)
    {
        int open = 0;
        do
        {
            if (cursor.AtEnd)
                throw at.Error("interpolation not terminated: expected '}'");
            char c = cursor.Next();
            open += c == '{' ? 1 : c == '}' ? -1 : 0;
            buffer.Append(c);
        }
        while (open > 0 || buffer[^1] == '$');
    }

    private void ReadEscape(bool hcl)
    {
        HclPosition at = cursor.Position;
        cursor.Next();
        char c = cursor.AtEnd ? '\0' : cursor.Next();
        switch (c)
        {
            case '"' or '\\':
                buffer.Append(c);
                break;
            case '/' when !hcl:
                buffer.Append(c);
                break;
            case 'n':
                buffer.Append('\n');
                break;
            case 't':
                buffer.Append('\t');
                break;
            case 'r':
                buffer.Append('\r');
                break;
            case 'b':
                buffer.Append('\b');
                break;
            case 'f':
                buffer.Append('\f');
                break;
            case 'a' when hcl:
                buffer.Append('\a');
                break;
            case 'v' when hcl:
                buffer.Append('\v');
                break;
            case 'u' when !hcl:
                buffer.Append((char)ReadDigits(at, 4, 16, 0));
                break;
            case 'u' or 'U' when hcl:
                AppendRune(at, ReadDigits(at, c == 'u' ? 4 : 8, 16, 0));
                break;
            case 'x' when hcl:
                AppendRune(at, ReadDigits(at, 2, 16, 0));
                break;
            case >= '0' and <= '7' when hcl:
                AppendRune(at, ReadDigits(at, 2, 8, (uint)(c - '0')));
                break;
            default:
                throw at.Error("unknown escape sequence in the string");
        }
    }

    private void AppendRune(HclPosition at, uint code)
    {
        if (!Rune.IsValid(code))
            throw at.Error("the escape is not a Unicode character");
        buffer.Append(new Rune(code).ToString());
    }

    private uint ReadDigits(HclPosition at, int count, uint radix, uint value)
    {
        for (int i = 0; i < count; i++)
        {
            bool hex = uint.TryParse([cursor.Current], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint digit);
            if (!hex || digit >= radix)
                throw at.Error($"the escape needs {count} more digits");
            value = unchecked((value * radix) + digit);
            cursor.Next();
        }
        return value;
    }
}
