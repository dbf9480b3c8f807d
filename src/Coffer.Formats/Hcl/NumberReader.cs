namespace Coffer.Formats.Hcl;

/// <summary>Number literals of both grammars, kept as text so that nothing is lost.</summary>
internal static class NumberReader
{
    private const int MaxDigits = 400;

    public static string ReadHcl(Cursor cursor)
    {
        HclPosition at = cursor.Position;
        int start = cursor.Offset;
        Take(cursor, '-');
        int digits;
        if (cursor.Current == '0' && cursor.Peek(1) is 'x' or 'X')
        {
            cursor.Skip(2);
            digits = TakeWhile(cursor, char.IsAsciiHexDigit);
        }
        else
        {
            digits = TakeWhile(cursor, char.IsAsciiDigit);
            digits += TakeFraction(cursor);
            TakeExponent(cursor, at);
        }
        return Finish(cursor, at, start, digits);
    }

    public static string ReadJson(Cursor cursor)
    {
        HclPosition at = cursor.Position;
        int start = cursor.Offset;
        Take(cursor, '-');
        if (cursor.Current == '0' && char.IsAsciiDigit(cursor.Peek(1)))
            throw at.Error("a number must not start with 0");
        int digits = TakeWhile(cursor, char.IsAsciiDigit);
        bool point = cursor.Current == '.';
        if (digits == 0 || (TakeFraction(cursor) == 0 && point))
            throw at.Error("expected a digit in the number");
        TakeExponent(cursor, at);
        return Finish(cursor, at, start, digits);
    }

    private static int TakeFraction(Cursor cursor)
    {
        if (cursor.Current != '.')
            return 0;
        cursor.Next();
        return TakeWhile(cursor, char.IsAsciiDigit);
    }

    private static void TakeExponent(Cursor cursor, HclPosition at)
    {
        if (cursor.Current is not ('e' or 'E'))
            return;
        cursor.Next();
        if (cursor.Current is '+' or '-')
            cursor.Next();
        if (TakeWhile(cursor, char.IsAsciiDigit) == 0)
            throw at.Error("expected a digit in the number's exponent");
    }

    private static string Finish(Cursor cursor, HclPosition at, int start, int digits)
    {
        if (digits == 0)
            throw at.Error("expected a digit in the number");
        if (char.IsLetterOrDigit(cursor.Current) || cursor.Current is '_' or '.')
            throw cursor.Error($"expected the end of the number, found {cursor.Describe()}");
        ReadOnlySpan<char> text = cursor.Since(start);
        return text.Length <= MaxDigits ? text.ToString() : throw at.Error($"the number is longer than {MaxDigits} characters");
    }

    private static void Take(Cursor cursor, char c)
    {
        if (cursor.Current == c)
            cursor.Next();
    }

    private static int TakeWhile(Cursor cursor, Func<char, bool> accept)
    {
        int count = 0;
        for (; accept(cursor.Current); count++)
            cursor.Next();
        return count;
    }
}
