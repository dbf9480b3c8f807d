using Coffer.Core.Policies;

namespace Coffer.Core.Tests.Policies;

public sealed class AclExplained
{
    [Fact]
    public void ShowsEveryRuleInOrderAndWhyTheFirstWon()
    {
        Acl acl = Samples.Compile(
            Samples.Rule("kv/*", "read"), Samples.Rule("kv/+/config", "read"), Samples.Rule("kv/app/*", "deny"), Samples.Rule("x", "read"));
        AclExplanation explanation = acl.Explain("kv/app/config", Capability.Read);
        Assert.False(explanation.Decision.Allowed);
        Assert.Equal("refused: rule \"kv/app/*\" of p3 denies", explanation.Decision.Describe());
        Assert.Equal(["kv/app/*", "kv/+/config", "kv/*"], explanation.Considered.Select(considered => considered.Rule.Pattern));
        Assert.Equal([true, false, false], explanation.Considered.Select(considered => considered.Won));
        Assert.Contains("first wildcard stands later", explanation.Considered[0].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void SaysThatAnExactRuleComesFirst()
    {
        Acl acl = Samples.Compile(Samples.Rule("kv/a", "read") + Samples.Rule("kv/*", "update"));
        AclExplanation explanation = acl.Explain("kv/a", Capability.Update);
        Assert.Equal("refused: rule \"kv/a\" of p1 does not grant update", explanation.Decision.Describe());
        Assert.Equal("it is the path itself", explanation.Considered[0].Why);
        Assert.Equal("an exact rule comes before any wildcard", explanation.Considered[1].Why);
    }

    [Fact]
    public void SaysThatNothingMatches()
    {
        AclExplanation explanation = Samples.Compile(Samples.Rule("kv/a", "read")).Explain("kv/b", Capability.Read);
        Assert.Empty(explanation.Considered);
        Assert.Equal("refused: no rule matches the path", explanation.Decision.Describe());
    }

    [Fact]
    public void ShowsDroppedRules()
    {
        var acl = Acl.Compile([PolicyDocument.Parse("own", Samples.Rule("s/{{identity.entity.id}}", "read"))]);
        Assert.Equal("s/{{identity.entity.id}}", Assert.Single(acl.Explain("s/e-1", Capability.Read).Dropped).Path);
    }
}
