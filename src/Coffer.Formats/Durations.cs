using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Coffer.Formats;

/// <summary>
/// Durations as Vault writes and reads them: whole seconds (<c>30</c>), Go's units (<c>1h30m</c>, <c>1.5s</c>, <c>-2ms</c>) and whole
/// days (<c>7d</c>). Go counts in nanoseconds; here less than 100 ns is cut off. The range is Go's, about 292 years.
/// </summary>
public static class Durations
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private const decimal MaxTicks = long.MaxValue / 100;

    /// <summary>Reads a duration; the empty string is zero.</summary>
    /// <exception cref="FormatException">Says what is wrong, in Go's words.</exception>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out TimeSpan value, out string? problem) ? value : throw new FormatException(problem);

    /// <summary>Reads a duration; the empty string is zero.</summary>
    public static bool TryParse(string text, out TimeSpan value) => TryParse(text, out value, out _);

    /// <summary>Reads a duration; <paramref name="problem"/> says in Go's words why it is none.</summary>
    public static bool TryParse(string text, out TimeSpan value, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> rest = text.AsSpan().Trim(' ');
        value = default;
        problem = null;
        if (rest.IsEmpty)
            return true;
        bool days = rest[^1] == 'd';
        if (IsInteger(days ? rest[..^1] : rest))
        {
            ReadOnlySpan<char> number = days ? rest[..^1] : rest;
            return (decimal.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal count)
                && TryFromTicks(Multiply(count, days ? TimeSpan.TicksPerDay : TimeSpan.TicksPerSecond), out value))
                || Fail(text, "invalid duration", out problem);
        }
        return TryParseUnits(text, rest, out value, out problem);
    }

    /// <summary>Go's spelling, as kv's <c>delete_version_after</c> has it: <c>30m0s</c>, <c>1h0m0s</c>, <c>1.5s</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
            return "0s";
        UInt128 ticks = (UInt128)Int128.Abs(value.Ticks);
        var text = new StringBuilder(value < TimeSpan.Zero ? "-" : "");
        if (ticks < 10)
            return text.Append($"{ticks * 100}ns").ToString();
        if (ticks < TimeSpan.TicksPerMillisecond)
            return text.Append($"{Number(ticks, TimeSpan.TicksPerMicrosecond)}µs").ToString();
        if (ticks < TimeSpan.TicksPerSecond)
            return text.Append($"{Number(ticks, TimeSpan.TicksPerMillisecond)}ms").ToString();
        UInt128 hours = ticks / TimeSpan.TicksPerHour;
        UInt128 minutes = ticks / TimeSpan.TicksPerMinute;
        if (hours > 0)
            text.Append($"{hours}h");
        if (minutes > 0)
            text.Append($"{minutes % 60}m");
        return text.Append($"{Number(ticks % TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond)}s").ToString();
    }

    private static string Number(UInt128 ticks, long unit) => ((decimal)ticks / unit).ToString("0.#######", CultureInfo.InvariantCulture);

    private static bool TryParseUnits(string text, ReadOnlySpan<char> rest, out TimeSpan value, [NotNullWhen(false)] out string? problem)
    {
        value = default;
        problem = null;
        bool negative = rest[0] == '-';
        if (rest[0] is '-' or '+')
            rest = rest[1..];
        if (rest.IsEmpty)
            return Fail(text, "invalid duration", out problem);
        decimal ticks = 0;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExcept(NumberCharacters);
            digits = digits < 0 ? rest.Length : digits;
            ReadOnlySpan<char> number = rest[..digits];
            if (number.IndexOfAnyInRange('0', '9') < 0 || number.Count('.') > 1)
                return Fail(text, "invalid duration", out problem);
            rest = rest[digits..];
            int letters = rest.IndexOfAny(NumberCharacters);
            letters = letters < 0 ? rest.Length : letters;
            if (letters == 0)
                return Fail(text, "missing unit in duration", out problem);
            if (UnitTicks(rest[..letters]) is not decimal unit)
                return Fail(text, $"unknown unit {Quote(rest[..letters].ToString())} in duration", out problem);
            if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count)
                || (ticks += Multiply(count, unit)) > MaxTicks)
                return Fail(text, "invalid duration", out problem);
            rest = rest[letters..];
        }
        return TryFromTicks(negative ? -ticks : ticks, out value) || Fail(text, "invalid duration", out problem);
    }

    private static decimal? UnitTicks(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 0.01m,
        "us" or "µs" or "μs" => TimeSpan.TicksPerMicrosecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        _ => null,
    };

    /// <summary>The product, or something beyond the range where decimal itself would overflow.</summary>
    private static decimal Multiply(decimal count, decimal unit) =>
        Math.Abs(count) > MaxTicks ? Math.Sign(count) * (MaxTicks + 1) : count * unit;

    private static bool TryFromTicks(decimal ticks, out TimeSpan value)
    {
        value = default;
        if (Math.Abs(ticks) > MaxTicks)
            return false;
        value = new TimeSpan((long)ticks);
        return true;
    }

    private static bool IsInteger(ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty && text[0] is '-' or '+')
            text = text[1..];
        return !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');
    }

    private static bool Fail(string text, string what, out string problem)
    {
        problem = $"time: {what} {Quote(text)}";
        return false;
    }

    private static string Quote(string text) => text.Length <= 64 ? $"\"{text}\"" : $"\"{text.AsSpan(0, 64)}…\"";
}
