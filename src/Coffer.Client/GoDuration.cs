using System.Globalization;

namespace Coffer.Client;

/// <summary>Durations as Vault writes them: seconds (<c>30</c>) or numbers with units (<c>1h30m</c>).</summary>
internal static class GoDuration
{
    public static TimeSpan? Parse(string text)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds))
            return InRange(seconds);
        double total = 0;
        int position = 0;
        while (position < text.Length)
        {
            int start = position;
            while (position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] == '.'))
                position++;
            if (!double.TryParse(text.AsSpan(start, position - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
                return null;
            start = position;
            while (position < text.Length && char.IsAsciiLetterLower(text[position]))
                position++;
            double unit = text[start..position] switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, "d" => 86400, _ => 0 };
            if (unit == 0)
                return null;
            total += number * unit;
        }
        return text.Length == 0 ? null : InRange(total);
    }

    private static TimeSpan? InRange(double seconds) => seconds is >= 0 and < 1e10 ? TimeSpan.FromSeconds(seconds) : null;
}
