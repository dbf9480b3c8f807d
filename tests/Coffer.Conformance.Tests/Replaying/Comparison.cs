using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Coffer.Conformance.Tests.Replaying;

/// <summary>Where an answer differs from the recorded one, as text.</summary>
internal sealed partial class Comparison
{
    private const double Nearness = 3;
    private static readonly HashSet<string> Near = ["ttl", "lease_duration", "creation_ttl", "token_ttl"];

    private readonly IReadOnlySet<string> mayDiffer;
    private readonly List<string> differences = [];

    private Comparison(IReadOnlySet<string> mayDiffer) => this.mayDiffer = mayDiffer;

    /// <summary>All differences of a whole answer; a wrong status stands alone.</summary>
    public static IReadOnlyList<string> Of(Expectation expect, JsonNode? wanted, int status, JsonNode? body)
    {
        if (status != expect.Status && !expect.Also.Contains(status))
            return [$"status: expected {expect.Status}, got {status} {Short(body)}"];
        if (wanted is null)
            return [];
        var got = body ?? new JsonObject();
        var comparison = new Comparison(expect.Volatile);
        comparison.Compare(Settled(wanted, expect.Unordered), Settled(got, expect.Unordered), "");
        return comparison.differences;
    }

    /// <summary>The value at a dotted path, null where there is none.</summary>
    public static JsonNode? Dig(JsonNode? node, string path)
    {
        foreach (var part in path.Split('.'))
        {
            node = node switch
            {
                JsonArray list when part.All(char.IsAsciiDigit) && int.Parse(part) < list.Count => list[int.Parse(part)],
                JsonObject fields => fields[part],
                _ => null,
            };
        }
        return node;
    }

    private static JsonNode Settled(JsonNode body, IReadOnlyList<string> unordered)
    {
        var copy = body.DeepClone();
        foreach (var path in unordered)
        {
            if (Dig(copy, path) is not JsonArray list)
                continue;
            var items = list.Select(i => i?.DeepClone()).OrderBy(Canonical, StringComparer.Ordinal).ToList();
            list.Clear();
            items.ForEach(list.Add);
        }
        return copy;
    }

    private static string Canonical(JsonNode? node) => node switch
    {
        JsonObject fields => "{" + string.Join(',', fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Key + ":" + Canonical(f.Value))) + "}",
        JsonArray list => "[" + string.Join(',', list.Select(Canonical)) + "]",
        null => "null",
        _ => node.ToJsonString(),
    };

    private void Compare(JsonNode? want, JsonNode? got, string where)
    {
        if (mayDiffer.Contains(where))
            CompareVolatile(want, got, where);
        else if (where == "errors")
            CompareErrors(want, got);
        else if (where == "warnings" || IsErrorText(want, got, where))
            return;
        else if (want is null)
            Expect(IsEmpty(got), $"{where}: expected null, got {Short(got)}");
        else if (Kind(want) != Kind(got))
            Differ($"{where}: expected a {Kind(want)} {Short(want)}, got a {Kind(got)} {Short(got)}");
        else if (want is JsonObject fields)
            CompareFields(fields, got!.AsObject(), where);
        else if (want is JsonArray list)
            CompareLists(list, got!.AsArray(), where);
        else
            Expect(SameValue(want, got!, where), $"{where}: expected {Short(want)}, got {Short(got)}");
    }

    /// <summary>Of a value that differs from run to run only its kind and its telling start count, and that it is not empty.</summary>
    private void CompareVolatile(JsonNode? want, JsonNode? got, string where)
    {
        if (want is null || got is null)
            return;
        if (Kind(want) != Kind(got))
        {
            Differ($"{where}: expected a {Kind(want)}, got a {Kind(got)}");
            return;
        }
        if (Kind(want) != JsonValueKind.String)
            return;
        var (wanted, text) = (want.GetValue<string>(), got.GetValue<string>());
        var start = Start().Match(wanted);
        Expect(
            (wanted.Length == 0 || text.Length > 0) && (!start.Success || text.StartsWith(start.Value, StringComparison.Ordinal)),
            $"{where}: expected something like {Short(want)}, got {Short(got)}");
    }

    private void CompareErrors(JsonNode? want, JsonNode? got) =>
        Expect(got is JsonArray list && list.Count > 0 == !IsEmpty(want), $"errors: expected {Short(want)}, got {Short(got)}");

    private void CompareFields(JsonObject want, JsonObject got, string where)
    {
        foreach (var (name, value) in want)
        {
            var here = where.Length == 0 ? name : $"{where}.{name}";
            if (got.TryGetPropertyValue(name, out var other))
                Compare(value, other, here);
            else
                Expect(value is null || here == "warnings", $"{here}: missing");
        }
    }

    private void CompareLists(JsonArray want, JsonArray got, string where)
    {
        if (want.Count != got.Count)
        {
            Differ($"{where}: expected {want.Count} items {Short(want)}, got {got.Count} {Short(got)}");
            return;
        }
        for (var i = 0; i < want.Count; i++)
            Compare(want[i], got[i], where.Length == 0 ? $"{i}" : $"{where}.{i}");
    }

    private static bool SameValue(JsonNode want, JsonNode got, string where)
    {
        if (Kind(want) != JsonValueKind.Number)
            return JsonNode.DeepEquals(want, got);
        var (a, b) = (want.ToJsonString(), got.ToJsonString());
        if (BigInteger.TryParse(a, out var wholeA) && BigInteger.TryParse(b, out var wholeB) && wholeA == wholeB)
            return true;
        var (x, y) = (double.Parse(a, CultureInfo.InvariantCulture), double.Parse(b, CultureInfo.InvariantCulture));
        var bothWhole = BigInteger.TryParse(a, out _) && BigInteger.TryParse(b, out _);
        return (!bothWhole && x.Equals(y)) || (Near.Contains(where[(where.LastIndexOf('.') + 1)..]) && Math.Abs(x - y) <= Nearness);
    }

    private static bool IsErrorText(JsonNode? want, JsonNode? got, string where) =>
        where.EndsWith(".error", StringComparison.Ordinal) && Kind(want) == JsonValueKind.String && Kind(got) == JsonValueKind.String
        && !IsEmpty(want) && !IsEmpty(got);

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonObject fields => fields.Count == 0,
        JsonArray list => list.Count == 0,
        _ => Kind(node) == JsonValueKind.String && node.GetValue<string>().Length == 0,
    };

    /// <summary>True and false are one kind.</summary>
    private static JsonValueKind Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        null => JsonValueKind.Null,
        JsonValueKind.False => JsonValueKind.True,
        var kind => kind.Value,
    };

    private static string Short(JsonNode? node)
    {
        var text = node?.ToJsonString() ?? "null";
        return text.Length <= 160 ? text : text[..160] + "…";
    }

    private void Expect(bool holds, string otherwise)
    {
        if (!holds)
            Differ(otherwise);
    }

    private void Differ(string difference) => differences.Add(difference);

    [GeneratedRegex(@"\A(-----BEGIN [A-Z0-9 ]+-----|vault:v\d+:|otpauth://totp/|[a-z0-9-]+-cert-v01@openssh\.com )")]
    private static partial Regex Start();
}
