using System.Text.Json.Nodes;
using Coffer.Conformance.Tests.Replaying;

namespace Coffer.Conformance.Tests;

/// <summary>A replayer that sees no difference where there is one would prove nothing.</summary>
public sealed class ReplayerItself
{
    public static TheoryData<string> Files => RecordedVault.Files;

    [Theory]
    [MemberData(nameof(Files))]
    public void AcceptsWhatWasRecorded(string file)
    {
        foreach (var step in Recording.Load(file).Steps)
            Assert.Empty(Comparison.Of(step.Expect, step.Expect.Body, step.Expect.Status, step.Expect.Body));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ReportsEveryAlteredValue(string file)
    {
        var altered = 0;
        foreach (var step in Recording.Load(file).Steps.Where(s => s.Expect.Body is not null))
        {
            foreach (var path in Leaves(step.Expect.Body, ""))
            {
                if (!Counts(step.Expect, path))
                    continue;
                altered++;
                var differences = Comparison.Of(step.Expect, step.Expect.Body, step.Expect.Status, Altered(step.Expect.Body!, path));
                Assert.True(differences.Count > 0, $"{file}/{step.Id}: nobody saw that {path} was altered");
            }
        }
        Assert.True(altered > 0);
    }

    [Fact]
    public void ReportsAWrongStatus()
    {
        var step = Recording.Load("kv-v1").Steps[0];
        Assert.Single(Comparison.Of(step.Expect, step.Expect.Body, step.Expect.Status + 1, step.Expect.Body));
    }

    [Fact]
    public void ReportsAnAnswerThatNeverComes()
    {
        var step = Recording.Load("kv-v1").Steps[0];
        Assert.Single(Comparison.Of(step.Expect, step.Expect.Body, 0, new JsonObject { ["transport"] = "refused" }));
    }

    [Fact]
    public void LeavesNothingOutWithoutAMissingType()
    {
        var absences = new Absences();
        foreach (var step in Recording.Names.SelectMany(n => Recording.Load(n).Steps))
        {
            Assert.Null(absences.Reason(step));
            Assert.Same(step.Expect.Body, absences.Strip(step.Expect.Body));
        }
    }

    [Theory]
    [InlineData("GET", "/v1/mine/x/y", null, true)]
    [InlineData("GET", "/v1/mined/x", null, false)]
    [InlineData("GET", "/v1/sys/mounts/mine/tune", null, true)]
    [InlineData("GET", "/v1/sys/mounts", null, false)]
    [InlineData("GET", "/v1/sys/internal/ui/mounts/mine/x", null, true)]
    [InlineData("PUT", "/v1/sys/leases/revoke-prefix/mine/creds", null, true)]
    [InlineData("POST", "/v1/sys/remount", """{"from":"other","to":"mine"}""", true)]
    [InlineData("POST", "/v1/other/x", """{"to":"mine"}""", false)]
    [InlineData("POST", "/v1/other/x", """{"v":"${lost}"}""", true)]
    public void LeavesOutWhatNeedsAnAbsentMount(string method, string path, string? body, bool leftOut)
    {
        var absences = new Absences();
        absences.Add("mine/", "strange");
        absences.LeaveOut(NewStep("GET", "/v1/mine/x", null), "strange");
        Assert.Equal(leftOut, absences.Reason(NewStep(method, path, body)) == "strange");
    }

    [Fact]
    public void SendsAgainOnceTheAbsentMountIsDisabled()
    {
        var absences = new Absences();
        absences.Add("mine/", "strange");
        absences.LeaveOut(NewStep("DELETE", "/v1/sys/mounts/mine", null), "strange");
        Assert.Null(absences.Reason(NewStep("POST", "/v1/sys/mounts/mine", """{"type":"kv"}""")));
    }

    [Fact]
    public void StripsAbsentMountsOfTheirOwnTypeOnly()
    {
        var absences = new Absences();
        absences.Add("mine/", "strange");
        absences.Add("auth/people/", "odd");
        const string Table = """{"mine/":{"type":"strange"},"people/":{"type":"odd"},"kept/":{"type":"kv"},"data":{"secret":{"mine/":{"type":"strange"}}}}""";
        var stripped = absences.Strip(JsonNode.Parse(Table));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"kept/":{"type":"kv"},"data":{"secret":{}}}"""), stripped), stripped?.ToJsonString());
    }

    [Theory]
    [InlineData("/v1/sys/mounts/a", """{"type":"kv"}""", "a/")]
    [InlineData("/v1/sys/auth/a/b/", """{"type":"jwt"}""", "auth/a/b/")]
    [InlineData("/v1/sys/mounts/a/tune", """{"type":"kv"}""", null)]
    [InlineData("/v1/sys/audit/a", """{"type":"file"}""", null)]
    public void KnowsWhatMounts(string path, string body, string? mount) =>
        Assert.Equal(mount, Absences.Mounting(NewStep("POST", path, body))?.Path);

    private static Step NewStep(string method, string path, string? body)
    {
        var source = new JsonObject
        {
            ["id"] = "step",
            ["method"] = method,
            ["path"] = path,
            ["save"] = new JsonObject { ["lost"] = "data.x" },
            ["expect"] = new JsonObject { ["status"] = 204 },
        };
        if (body is not null)
            source["body"] = JsonNode.Parse(body);
        return new Step(source);
    }

    private static IEnumerable<string> Leaves(JsonNode? node, string where)
    {
        IEnumerable<(string Name, JsonNode? Value)> inside = node switch
        {
            JsonObject fields => fields.Select(f => (f.Key, f.Value)),
            JsonArray list => list.Select((v, i) => ($"{i}", v)),
            _ => [],
        };
        return node is JsonObject or JsonArray
            ? inside.SelectMany(i => Leaves(i.Value, where.Length == 0 ? i.Name : $"{where}.{i.Name}"))
            : [where];
    }

    /// <summary>Volatile values, error texts and warnings do not count; names with dots in them cannot be addressed.</summary>
    private static bool Counts(Expectation expect, string path) =>
        !expect.Volatile.Any(v => path == v || path.StartsWith(v + ".", StringComparison.Ordinal))
        && !path.StartsWith("errors", StringComparison.Ordinal) && !path.StartsWith("warnings", StringComparison.Ordinal)
        && !path.EndsWith(".error", StringComparison.Ordinal)
        && (Comparison.Dig(expect.Body, path) is not null || Comparison.Dig(expect.Body, Parent(path)) is JsonObject or JsonArray);

    private static string Parent(string path) => path.Contains('.', StringComparison.Ordinal) ? path[..path.LastIndexOf('.')] : path;

    private static JsonNode Altered(JsonNode body, string path)
    {
        var copy = body.DeepClone();
        var name = path[(path.LastIndexOf('.') + 1)..];
        JsonNode other = Comparison.Dig(copy, path) switch
        {
            JsonValue value when value.TryGetValue<bool>(out var flag) => !flag,
            JsonValue value when value.TryGetValue<string>(out var text) => text + "!",
            JsonValue value => JsonNode.Parse(value.ToJsonString() is ['-', .. var digits] ? digits : "1" + value.ToJsonString())!,
            _ => "something",
        };
        var parent = path.Contains('.', StringComparison.Ordinal) ? Comparison.Dig(copy, Parent(path)) : copy;
        if (parent is JsonArray list)
            list[int.Parse(name)] = other;
        else
            parent![name] = other;
        return copy;
    }
}
