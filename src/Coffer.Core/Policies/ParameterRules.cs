using System.Globalization;
using System.Text.Json;
using Coffer.Formats;
using Coffer.Formats.Hcl;

namespace Coffer.Core.Policies;

/// <summary>
/// The bounds a rule puts on a request's fields. Names are lower case; an empty list of values means any value. Immutable.
/// </summary>
internal sealed class ParameterRules
{
    private const string Any = "*";
    private readonly Dictionary<string, HclValue[]> allowed;
    private readonly Dictionary<string, HclValue[]> denied;
    private readonly string[] required;

    private ParameterRules(Dictionary<string, HclValue[]> allowed, Dictionary<string, HclValue[]> denied, string[] required)
    {
        this.allowed = allowed;
        this.denied = denied;
        this.required = required;
    }

    /// <summary>The bounds of a rule's body, or null if it has none.</summary>
    public static ParameterRules? Read(HclBody body)
    {
        Dictionary<string, HclValue[]> allowed = ReadValues(body, "allowed_parameters");
        Dictionary<string, HclValue[]> denied = ReadValues(body, "denied_parameters");
        IReadOnlyList<string> names = body.Attribute("required_parameters")?.AsStrings() ?? [];
        string[] required = [.. names.Select(name => name.ToLowerInvariant()).Distinct()];
        return allowed.Count + denied.Count + required.Length == 0 ? null : new ParameterRules(allowed, denied, required);
    }

    /// <summary>The union of two rules on the same pattern. A rule without bounds adds none and lifts none, as in Vault.</summary>
    public static ParameterRules? Merge(ParameterRules? first, ParameterRules? second) =>
        first is null || second is null ? first ?? second
        : new ParameterRules(
            Merge(first.allowed, second.allowed), Merge(first.denied, second.denied), [.. first.required.Union(second.required)]);

    /// <summary>What the fields of a request break; <see cref="DecisionReason.Granted"/> if nothing.</summary>
    public DecisionReason Check(JsonElement fields)
    {
        bool none = fields.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
        if (!none && fields.ValueKind != JsonValueKind.Object)
            return DecisionReason.ParameterNotAllowed;
        foreach (string name in required)
        {
            if (none || !fields.TryGetProperty(name, out _))
                return DecisionReason.ParameterMissing;
        }
        if (none)
            return DecisionReason.Granted;
        foreach (JsonProperty field in fields.EnumerateObject())
        {
            string name = field.Name.ToLowerInvariant();
            if (denied.ContainsKey(Any) || (denied.TryGetValue(name, out HclValue[]? bad) && Contains(bad, field.Value)))
                return DecisionReason.ParameterDenied;
            if (allowed.Count > 0 && !((allowed.TryGetValue(name, out HclValue[]? good) || allowed.TryGetValue(Any, out good))
                && Contains(good, field.Value)))
                return DecisionReason.ParameterNotAllowed;
        }
        return DecisionReason.Granted;
    }

    private static Dictionary<string, HclValue[]> ReadValues(HclBody body, string key)
    {
        Dictionary<string, HclValue[]> values = [];
        foreach (HclBlock block in body.Blocks(key))
        {
            foreach (HclItem item in block.Body.Items)
            {
                if (item is not HclAttribute attribute)
                    throw item.Error($"{key} holds names with lists of values");
                IReadOnlyList<HclValue> list = attribute.Value.Kind == HclKind.List ? attribute.Value.AsList() : [attribute.Value];
                Add(values, attribute.Name.ToLowerInvariant(), [.. list]);
            }
        }
        return values;
    }

    private static Dictionary<string, HclValue[]> Merge(Dictionary<string, HclValue[]> first, Dictionary<string, HclValue[]> second)
    {
        var merged = new Dictionary<string, HclValue[]>(first);
        foreach ((string name, HclValue[] values) in second)
            Add(merged, name, values);
        return merged;
    }

    private static void Add(Dictionary<string, HclValue[]> all, string name, HclValue[] values) =>
        all[name] = !all.TryGetValue(name, out HclValue[]? have) ? values
            : have.Length == 0 || values.Length == 0 ? []
            : [.. have, .. values];

    private static bool Contains(HclValue[] values, JsonElement value)
    {
        if (values.Length == 0)
            return true;
        foreach (HclValue candidate in values)
        {
            if (Same(candidate, value))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Equality of a written value and a sent one. A number or boolean sent as text counts as the number, because engines decode it
    /// so: <c>"5"</c> must not pass where 5 is denied, nor <c>"True"</c> where true is.
    /// </summary>
    private static bool Same(HclValue rule, JsonElement value) => rule.Kind switch
    {
        HclKind.List => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == rule.AsList().Count
            && value.EnumerateArray().Zip(rule.AsList()).All(pair => Same(pair.Second, pair.First)),
        HclKind.Object => false,
        HclKind.Null => value.ValueKind == JsonValueKind.Null,
        _ when value.ValueKind is JsonValueKind.Array or JsonValueKind.Object or JsonValueKind.Null => false,
        HclKind.Number => SameNumber(rule, Text(value)),
        HclKind.Bool => Scalars.TryParseBool(Text(value), out bool sent) && sent == rule.AsBool(),
        _ => MatchesGlob(rule.AsString(), Text(value)),
    };

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static bool SameNumber(HclValue rule, string text) =>
        rule.AsString() == text
        || (long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long whole) && rule.TryGetInteger(out long mine)
            ? whole == mine
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number.Equals(rule.AsDouble()));

    /// <summary>A star at the start, at the end or at both; elsewhere it is a plain character.</summary>
    private static bool MatchesGlob(string pattern, string value)
    {
        if (pattern == Any)
            return true;
        bool start = pattern.StartsWith('*');
        bool end = pattern.EndsWith('*');
        return start && end ? value.Contains(pattern[1..^1], StringComparison.Ordinal)
            : start ? value.EndsWith(pattern[1..], StringComparison.Ordinal)
            : end ? value.StartsWith(pattern[..^1], StringComparison.Ordinal)
            : value == pattern;
    }
}
