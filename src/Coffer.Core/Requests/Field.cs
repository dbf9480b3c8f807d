namespace Coffer.Core.Requests;

/// <summary>The JSON types that a field takes, with Vault's leniency (numbers as strings, lists as comma-separated strings).</summary>
public enum FieldKind
{
    String,
    Integer,
    Boolean,

    /// <summary>Seconds as a number, or a Go duration: <c>30</c>, <c>"30"</c>, <c>"1h30m"</c>.</summary>
    Duration,

    /// <summary>A list of strings, or one string with commas.</summary>
    StringList,

    /// <summary>An object with values of any type.</summary>
    Map,

    /// <summary>An object whose values are strings, or a list of <c>key=value</c>.</summary>
    StringMap,

    /// <summary>Any JSON value.</summary>
    Any,
}

/// <summary>
/// A typed field of an operation, from the path, the body or (for reads, lists and deletes) the query. The table of fields gives
/// validation, the OpenAPI document and help.
/// </summary>
public sealed record Field(string Name, FieldKind Kind, string Description)
{
    /// <summary>A refusal names the field if it is absent.</summary>
    public bool Required { get; init; }

    /// <summary>Shown in documentation; a handler applies it with <c>??</c>.</summary>
    public string? Default { get; init; }

    /// <summary>
    /// Taken from the query of reads, lists and deletes only: the body may hold anything under this name (kv version 1 keeps whole bodies).
    /// </summary>
    public bool FromQuery { get; init; }

    /// <summary>The values allowed; null for any.</summary>
    public IReadOnlyList<string>? OneOf { get; init; }

    public static Field String(string name, string description) => new(name, FieldKind.String, description);

    public static Field Integer(string name, string description) => new(name, FieldKind.Integer, description);

    public static Field Boolean(string name, string description) => new(name, FieldKind.Boolean, description);

    public static Field Duration(string name, string description) => new(name, FieldKind.Duration, description);

    public static Field StringList(string name, string description) => new(name, FieldKind.StringList, description);

    public static Field Map(string name, string description) => new(name, FieldKind.Map, description);

    public static Field StringMap(string name, string description) => new(name, FieldKind.StringMap, description);

    public static Field Any(string name, string description) => new(name, FieldKind.Any, description);
}
