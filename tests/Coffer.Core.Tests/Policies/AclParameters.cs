using System.Text.Json;
using Coffer.Core.Policies;

namespace Coffer.Core.Tests.Policies;

public sealed class AclParameters
{
    private static readonly Acl Params = Samples.Compile("""
        path "kv/allowed" { capabilities = ["create","update"] allowed_parameters = { "color" = ["red","blue*"] "any" = [] } }
        path "kv/denied" {
          capabilities = ["create","update"]
          denied_parameters = { "secret" = [] "level" = ["high", 5, true] big = [9007199254740993] }
        }
        path "kv/required" { capabilities = ["create","update","read","delete"] required_parameters = ["Owner"] }
        path "kv/star" { capabilities = ["create","update"] allowed_parameters = { "*" = [] } denied_parameters = { "no" = [] } }
        path "kv/none" { capabilities = ["update"] denied_parameters = { "*" = [] } }
        """);

    [Theory]
    [InlineData("allowed", """{"color":"red"}""", true)]
    [InlineData("allowed", """{"color":"bluegreen","any":[1]}""", true)]
    [InlineData("allowed", """{"COLOR":"red"}""", true)]
    [InlineData("allowed", """{"color":"green"}""", false)]
    [InlineData("allowed", """{"color":["red"]}""", false)]
    [InlineData("allowed", """{"size":"L"}""", false)]
    [InlineData("allowed", """{"color":"red","color":"green"}""", false)]
    [InlineData("allowed", """{}""", true)]
    [InlineData("allowed", null, true)]
    [InlineData("allowed", "[1]", false)]
    [InlineData("denied", """{"secret":"x"}""", false)]
    [InlineData("denied", """{"Secret":null}""", false)]
    [InlineData("denied", """{"level":"high"}""", false)]
    [InlineData("denied", """{"level":5}""", false)]
    [InlineData("denied", """{"level":5.0}""", false)]
    [InlineData("denied", """{"level":"5"}""", false)]
    [InlineData("denied", """{"level":" 5.0 "}""", false)]
    [InlineData("denied", """{"level":6}""", true)]
    [InlineData("denied", """{"level":"true"}""", false)]
    [InlineData("denied", """{"level":"T"}""", false)]
    [InlineData("denied", """{"level":false}""", true)]
    [InlineData("denied", """{"big":9007199254740993}""", false)]
    [InlineData("denied", """{"big":9007199254740992}""", true)]
    [InlineData("denied", """{"level":"low"}""", true)]
    [InlineData("denied", """{"level":"low","level":"high"}""", false)]
    [InlineData("required", """{"x":1}""", false)]
    [InlineData("required", null, false)]
    [InlineData("required", """{"owner":"me","x":1}""", true)]
    [InlineData("star", """{"yes":1}""", true)]
    [InlineData("star", """{"no":1}""", false)]
    [InlineData("none", """{"any":1}""", false)]
    [InlineData("none", """{}""", true)]
    public void AreBound(string path, string? body, bool allowed) =>
        Assert.Equal(allowed, Params.Decide("kv/" + path, Capability.Update, body).Allowed);

    [Fact]
    public void RequiredOnesAreAskedOfReadsButNotOfDeletes()
    {
        Assert.Equal(DecisionReason.ParameterMissing, Params.Decide("kv/required", Capability.Read).Reason);
        Assert.True(Params.Decide("kv/required", Capability.Delete).Allowed);
    }

    [Fact]
    public void TheBodyIsNotTouchedUnlessARuleAsksForIt()
    {
        Acl acl = Samples.Compile(
            Samples.Rule("kv/*", "update") + """path "kv/p" { capabilities = ["read"] required_parameters = ["x"] }""");
        static JsonElement Never() => throw new InvalidOperationException("the body was read");
        Assert.True(acl.Decide(new AclRequest("kv/a", Capability.Update) { Parameters = Never }).Allowed);
        Assert.False(acl.Decide(new AclRequest("kv/p", Capability.Update) { Parameters = Never }).Allowed);
        Assert.Throws<InvalidOperationException>(() => acl.Decide(new AclRequest("kv/p", Capability.Read) { Parameters = Never }));
    }

    [Fact]
    public void OfSeveralPoliciesAreUnited()
    {
        Acl acl = Samples.Compile(
            """path "x" { capabilities = ["update"] allowed_parameters = { a = ["1"] b = ["1"] } denied_parameters = { z = ["1"] } }""",
            """path "x" { capabilities = ["update"] allowed_parameters = { "a" = ["2"] "b" = [] } required_parameters = ["a"] }""");
        Assert.True(acl.Decide("x", Capability.Update, """{"a":"1","b":"9"}""").Allowed);
        Assert.True(acl.Decide("x", Capability.Update, """{"a":"2"}""").Allowed);
        Assert.False(acl.Decide("x", Capability.Update, """{"a":"3"}""").Allowed);
        Assert.False(acl.Decide("x", Capability.Update, """{"b":"1"}""").Allowed);
        Assert.Equal(DecisionReason.ParameterDenied, acl.Decide("x", Capability.Update, """{"a":"1","z":"1"}""").Reason);
    }

    [Theory]
    [InlineData("*end", "the end", true)]
    [InlineData("*end", "the ends", false)]
    [InlineData("*mid*", "a mid b", true)]
    [InlineData("a*b", "axb", false)]
    [InlineData("a*b", "a*b", true)]
    [InlineData("*", "anything", true)]
    public void ValuesHaveStarsAtTheirEnds(string pattern, string value, bool allowed)
    {
        Acl acl = Samples.Compile($$"""path "x" { capabilities = ["update"] allowed_parameters = { "a" = ["{{pattern}}"] } }""");
        Assert.Equal(allowed, acl.Decide("x", Capability.Update, $$"""{"a":"{{value}}"}""").Allowed);
    }
}
