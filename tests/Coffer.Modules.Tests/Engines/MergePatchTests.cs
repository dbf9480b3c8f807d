using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Modules.Engines.Kv;
using CsCheck;

namespace Coffer.Modules.Tests.Engines;

public sealed class MergePatchRules
{
    private static readonly string[] Names = ["a", "b", "c", "\"é\n"];

    private static readonly Gen<JsonNode?> Value = Gen.Recursive<JsonNode?>((depth, self) => depth > 3
        ? Scalar
        : Gen.Frequency(
            (3, Scalar),
            (1, self.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())]))),
            (3, Object(self))));

    /// <summary>The examples of RFC 7396, appendix A.</summary>
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void AreThoseOfTheStandard(string target, string patch, string result) => Assert.Equal(result, Apply(target, patch));

    [Fact]
    public void KeepEveryDigit() =>
        Assert.Equal("""{"a":1.000,"b":12345678901234567890123,"c":1E+2}""", Apply("""{"a":1.000,"b":0,"c":1E+2}""", """{"b":12345678901234567890123}"""));

    [Fact]
    public void LastOfADoubledNameCounts() => Assert.Equal("""{"a":3}""", Apply("""{"a":1,"a":2}""", """{"a":null,"a":3}"""));

    [Fact]
    public void AgreeWithANaiveModel() => Gen.Select(Value, Value).Sample((target, patch) =>
    {
        var expected = Model(target, patch);
        var actual = JsonNode.Parse(Apply(Text(target), Text(patch)));
        return JsonNode.DeepEquals(expected, actual);
    });

    private static Gen<JsonNode?> Scalar => Gen.OneOf(
        Gen.Const((JsonNode?)null),
        Gen.Int.Select(i => (JsonNode?)JsonValue.Create(i)),
        Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
        Gen.String.Select(s => (JsonNode?)JsonValue.Create(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s)))));

    private static Gen<JsonNode?> Object(Gen<JsonNode?> value) =>
        Gen.Select(Gen.Int[0, 3].Select(i => Names[i]), value).Array[0, 4].Select(pairs =>
        {
            var node = new JsonObject();
            foreach (var (name, inner) in pairs) node[name] = inner?.DeepClone();
            return (JsonNode?)node;
        });

    private static string Apply(string target, string patch) =>
        Encoding.UTF8.GetString(MergePatch.Apply(JsonElement.Parse(target), JsonElement.Parse(patch)));

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";

    /// <summary>The pseudocode of RFC 7396, section 2, word for word.</summary>
    private static JsonNode? Model(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var result = target is JsonObject ? (JsonObject)target.DeepClone() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null) result.Remove(name);
            else result[name] = Model(result[name], value);
        }
        return result;
    }
}
