using System.Globalization;
using System.Text.RegularExpressions;

namespace Coffer.Formats;

/// <summary>Moments as Vault writes and reads them: UTC, the fraction without trailing zeros (<c>2026-11-23T06:29:08.39Z</c>).</summary>
public static partial class Rfc3339
{
    private const string Pattern = "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ";

    /// <summary>The longest text that <see cref="TryWrite"/> writes.</summary>
    public const int MaxLength = 28;

    public static string Format(DateTimeOffset moment) => moment.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);

    /// <summary>Writes the text in UTF-8; false if it does not fit.</summary>
    public static bool TryWrite(DateTimeOffset moment, Span<byte> utf8, out int written) =>
        moment.UtcDateTime.TryFormat(utf8, out written, Pattern, CultureInfo.InvariantCulture);

    /// <summary>Reads a moment with an offset or <c>Z</c>; what is finer than 100 ns is cut off.</summary>
    public static bool TryParse(string text, out DateTimeOffset moment)
    {
        ArgumentNullException.ThrowIfNull(text);
        moment = default;
        if (!Shape().IsMatch(text)) return false;
        var at = text.IndexOf('.', StringComparison.Ordinal);
        if (at > 0)
        {
            var end = text.AsSpan(at + 1).IndexOfAnyExceptInRange('0', '9') + at + 1;
            text = text[..Math.Min(end, at + 8)] + text[end..];
        }
        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out moment);
    }

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
