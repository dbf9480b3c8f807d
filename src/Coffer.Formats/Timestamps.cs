using System.Globalization;
using System.Text.RegularExpressions;

namespace Coffer.Formats;

/// <summary>Times as Vault writes them: RFC 3339 in UTC, without trailing zeros in the fraction.</summary>
public static partial class Timestamps
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Writes the text in UTF-8, 28 bytes at most; false if it does not fit.</summary>
    public static bool TryFormat(DateTimeOffset time, Span<byte> utf8, out int written) =>
        time.UtcDateTime.TryFormat(utf8, out written, Form, CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    /// <summary>Reads RFC 3339 and nothing else: date, time and offset must all be there. What is finer than 100 ns is cut off.</summary>
    public static bool TryParseExact(string text, out DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(text);
        time = default;
        if (!Shape().IsMatch(text)) return false;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0)
        {
            var end = text.AsSpan(dot + 1).IndexOfAnyExceptInRange('0', '9') + dot + 1;
            text = text[..Math.Min(end, dot + 8)] + text[end..];
        }
        return TryParse(text, out time);
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
