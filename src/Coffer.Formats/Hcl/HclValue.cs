using System.Globalization;

namespace Coffer.Formats.Hcl;

/// <summary>The kinds of value that HCL1 and JSON have.</summary>
public enum HclKind
{
    /// <summary>JSON's null.</summary>
    Null,

    /// <summary>true or false.</summary>
    Bool,

    /// <summary>An integer or a decimal number.</summary>
    Number,

    /// <summary>A quoted string or a heredoc.</summary>
    String,

    /// <summary>[ … ]</summary>
    List,

    /// <summary>{ … }</summary>
    Object,
}

/// <summary>A value with its place. The <c>As…</c> readers throw <see cref="HclException"/> that says what was expected.</summary>
public sealed class HclValue
{
    private readonly string text;
    private readonly object? content;

    private HclValue(HclKind kind, string text, object? content, HclPosition position)
    {
        Kind = kind;
        this.text = text;
        this.content = content;
        Position = position;
    }

    /// <summary>What kind of value this is.</summary>
    public HclKind Kind { get; }

    /// <summary>Where the value starts.</summary>
    public HclPosition Position { get; }

    /// <summary>1-based line.</summary>
    public int Line => Position.Line;

    /// <summary>1-based column.</summary>
    public int Column => Position.Column;

    /// <summary>The kind in words, for messages.</summary>
    public string KindName => Kind switch
    {
        HclKind.Null => "null",
        HclKind.Bool => "boolean",
        HclKind.Number => "number",
        HclKind.String => "string",
        HclKind.List => "list",
        _ => "object",
    };

    /// <summary>An error that points at this value.</summary>
    public HclException Error(string problem) => Position.Error(problem);

    /// <summary>A string; a number or boolean gives its text, as HCL1's weak decoding does.</summary>
    public string AsString() =>
        Kind is HclKind.String or HclKind.Number or HclKind.Bool ? text : throw Error($"expected a string, not a {KindName}");

    /// <summary>The body of an object.</summary>
    public HclBody AsObject() => Kind == HclKind.Object ? (HclBody)content! : throw Error($"expected an object, not a {KindName}");

    /// <summary>The elements of a list.</summary>
    public IReadOnlyList<HclValue> AsList() =>
        Kind == HclKind.List ? (IReadOnlyList<HclValue>)content! : throw Error($"expected a list, not a {KindName}");

    /// <summary>A list of strings; a lone string counts as a list of one.</summary>
    public IReadOnlyList<string> AsStrings()
    {
        if (Kind == HclKind.String)
            return [text];
        IReadOnlyList<HclValue> elements = AsList();
        var strings = new string[elements.Count];
        for (int i = 0; i < strings.Length; i++)
            strings[i] = elements[i].AsString();
        return strings;
    }

    /// <summary>true or false, <c>"true"</c> in the spellings of <see cref="Scalars.TryParseBool"/>, or 0 or 1.</summary>
    public bool AsBool() =>
        Kind is HclKind.Bool or HclKind.String or HclKind.Number && Scalars.TryParseBool(text, out bool value)
            ? value
            : throw Error($"expected true or false, not a {KindName}");

    /// <summary>A whole number, also in quotes; hexadecimal (0x) and octal (leading 0) as HCL1 has them.</summary>
    public long AsInteger() =>
        Kind is HclKind.Number or HclKind.String && TryInteger(text, Kind == HclKind.Number, out long value)
            ? value
            : throw Error($"expected a whole number, not a {KindName}");

    /// <summary>A number literal that is whole and fits.</summary>
    public bool TryGetInteger(out long value)
    {
        value = 0;
        return Kind == HclKind.Number && TryInteger(text, true, out value);
    }

    /// <summary>A number as a double, for comparison with JSON numbers.</summary>
    public double AsDouble() =>
        Kind != HclKind.Number ? throw Error($"expected a number, not a {KindName}")
        : TryInteger(text, true, out long whole) ? whole
        : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Whole seconds as a number, or a duration in quotes; see <see cref="Durations"/>. Never negative.</summary>
    public TimeSpan AsDuration()
    {
        if (Kind is not (HclKind.Number or HclKind.String))
            throw Error($"expected a duration, not a {KindName}");
        if (!Durations.TryParse(text, out TimeSpan value, out string? problem))
            throw Error(problem);
        return value < TimeSpan.Zero ? throw Error("a duration must not be negative") : value;
    }

    /// <summary>A size in bytes, plain or with a unit; see <see cref="Scalars.TryParseByteSize"/>.</summary>
    public long AsByteSize() =>
        Kind is HclKind.Number or HclKind.String && Scalars.TryParseByteSize(text, out long value)
            ? value
            : throw Error("expected a size in bytes, such as 33554432 or \"32MiB\"");

    /// <summary>Names the kind only: configuration may hold secrets.</summary>
    public override string ToString() => $"{KindName} at {Line}:{Column}";

    internal static HclValue String(string text, HclPosition at) => new(HclKind.String, text, null, at);

    internal static HclValue Number(string text, HclPosition at) => new(HclKind.Number, text, null, at);

    internal static HclValue Bool(bool value, HclPosition at) => new(HclKind.Bool, value ? "true" : "false", null, at);

    internal static HclValue Null(HclPosition at) => new(HclKind.Null, "", null, at);

    internal static HclValue List(IReadOnlyList<HclValue> elements, HclPosition at) => new(HclKind.List, "", elements, at);

    internal static HclValue Object(HclBody body, HclPosition at) => new(HclKind.Object, "", body, at);

    private static bool TryInteger(string text, bool literal, out long value)
    {
        bool negative = text.StartsWith('-');
        ReadOnlySpan<char> digits = text.AsSpan(negative ? 1 : 0);
        value = 0;
        if (literal && digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!long.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) || value < 0)
                return false;
        }
        else if (literal && digits.Length > 1 && digits[0] == '0')
        {
            foreach (char c in digits)
            {
                if (c is < '0' or > '7' || value > long.MaxValue >> 3)
                    return false;
                value = (value << 3) + (c - '0');
            }
        }
        else
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        }
        value = negative ? -value : value;
        return true;
    }
}
