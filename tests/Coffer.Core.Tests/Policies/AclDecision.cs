using Coffer.Core.Policies;

namespace Coffer.Core.Tests.Policies;

public sealed class AclDecision
{
    private static readonly Acl Globs = Samples.Compile(
        Samples.Rule("kv/app/*", "read") + Samples.Rule("kv/app/private/*", "deny") + Samples.Rule("kv/team/+/config", "read", "update")
        + Samples.Rule("kv/exact", "read") + Samples.Rule("kv/ex*", "deny") + Samples.Rule("kv/pre*", "create", "read")
        + Samples.Rule("kv/app", "list"));

    [Theory]
    [InlineData("kv/app/one", Capability.Read, DecisionReason.Granted)]
    [InlineData("kv/app/one", Capability.Update, DecisionReason.CapabilityMissing)]
    [InlineData("kv/app/private/x", Capability.Read, DecisionReason.Denied)]
    [InlineData("kv/app/", Capability.List, DecisionReason.Granted)]
    [InlineData("kv/app", Capability.List, DecisionReason.Granted)]
    [InlineData("kv/team/", Capability.List, DecisionReason.NoRule)]
    [InlineData("kv/team/a/config", Capability.Read, DecisionReason.Granted)]
    [InlineData("kv/team/a/b/config", Capability.Read, DecisionReason.NoRule)]
    [InlineData("kv/team/config", Capability.Read, DecisionReason.NoRule)]
    [InlineData("kv/exact", Capability.Read, DecisionReason.Granted)]
    [InlineData("kv/exactly", Capability.Read, DecisionReason.Denied)]
    [InlineData("kv/prefix-new", Capability.Create, DecisionReason.Granted)]
    [InlineData("kv/prefix-new", Capability.Update, DecisionReason.CapabilityMissing)]
    [InlineData("kv/prefix-new", Capability.Delete, DecisionReason.CapabilityMissing)]
    [InlineData("nowhere/x", Capability.Read, DecisionReason.NoRule)]
    [InlineData("KV/app/one", Capability.Read, DecisionReason.NoRule)]
    public void FollowsTheMostSpecificRule(string path, Capability needed, DecisionReason expected)
    {
        Decision decision = Globs.Decide(path, needed);
        Assert.Equal(expected, decision.Reason);
        Assert.Equal(expected == DecisionReason.Granted, decision.Allowed);
    }

    [Theory]
    [InlineData("a/+/c", "a/b/*", "a/b/*")] // the later first wildcard
    [InlineData("a/+/c", "a/+/*", "a/+/c")] // without a final star
    [InlineData("a/+/c*", "a/+/*", "a/+/c*")] // longer
    [InlineData("+/b/c", "a/+/c", "a/+/c")]
    [InlineData("a/+/+/d", "a/+/c/d", "a/+/c/d")] // fewer plusses
    [InlineData("a/+/+", "a/*", "a/+/+")]
    public void PrefersByPriority(string first, string second, string winner)
    {
        string path = first.Contains('d', StringComparison.Ordinal) ? "a/b/c/d" : "a/b/c";
        Acl acl = Samples.Compile(Samples.Rule(first, "read") + Samples.Rule(second, "read"));
        Assert.Equal(winner, acl.Decide(path, Capability.Read).Pattern);
    }

    [Fact]
    public void UnitesTheSamePatternOfSeveralPolicies()
    {
        string two = "kv/app/two";
        Acl both = Samples.Compile(Samples.Rule(two, "read"), Samples.Rule(two, "delete"));
        Assert.Equal(["delete", "read"], both.Capabilities(two));
        Assert.Equal(["p2"], both.Decide(two, Capability.Delete).Policies);
        Acl denied = Samples.Compile(Samples.Rule(two, "read"), Samples.Rule(two, "deny"), Samples.Rule(two, "delete"));
        Assert.Equal(["deny"], denied.Capabilities(two));
        Decision decision = denied.Decide(two, Capability.Read);
        Assert.Equal((DecisionReason.Denied, "p2"), (decision.Reason, Assert.Single(decision.Policies)));
    }

    [Fact]
    public void AnExactDenyWinsOverAGlob()
    {
        Acl acl = Samples.Compile(Samples.Rule("kv/*", "read"), Samples.Rule("kv/app/one", "deny"));
        Assert.False(acl.Decide("kv/app/one", Capability.Read).Allowed);
        Assert.True(acl.Decide("kv/app/two", Capability.Read).Allowed);
    }

    [Fact]
    public void RootAllowsEverything()
    {
        Acl acl = Acl.Compile([PolicyDocument.Root]);
        Decision decision = acl.Decide("anything/../at all", Capability.Delete, sudo: true);
        Assert.True(decision is { Allowed: true, Sudo: true, IsRoot: true });
        Assert.Equal(["root"], acl.Capabilities("x"));
        Assert.Throws<PolicyException>(() => Acl.Compile([PolicyDocument.Root, BuiltInPolicies.Default]));
    }

    [Fact]
    public void NoPolicyAllowsNothing()
    {
        Assert.Equal(DecisionReason.NoRule, Acl.Compile([]).Decide("x", Capability.Read).Reason);
        Assert.Equal(["deny"], Acl.Compile([]).Capabilities("x"));
    }

    [Fact]
    public void SudoIsAskedForBesideTheOperation()
    {
        Acl acl = Samples.Compile(
            Samples.Rule("sys/raw/*", "read") + Samples.Rule("sys/audit", "read", "sudo") + Samples.Rule("sys/rotate", "sudo"));
        Assert.Equal(DecisionReason.SudoMissing, acl.Decide("sys/raw/x", Capability.Read, sudo: true).Reason);
        Assert.True(acl.Decide("sys/audit", Capability.Read, sudo: true).Allowed);
        Assert.Equal(DecisionReason.CapabilityMissing, acl.Decide("sys/rotate", Capability.Update, sudo: true).Reason);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(5, false)]
    [InlineData(10, true)]
    [InlineData(60, true)]
    [InlineData(300, false)]
    public void TheWrappingWindowIsKept(int? wrap, bool allowed)
    {
        Acl acl = Samples.Compile("path \"kv/exact\" { capabilities = [\"read\"] min_wrapping_ttl = \"10s\" max_wrapping_ttl = \"60s\" }");
        Assert.Equal(allowed, acl.Decide("kv/exact", Capability.Read, wrap: wrap).Allowed);
    }

    [Fact]
    public void OfSeveralWindowsTheShorterBoundsHold()
    {
        const string text = "path \"x\" {{ capabilities = [\"read\"] min_wrapping_ttl = {0} max_wrapping_ttl = {1} }}";
        AclRule rule = Samples.Compile(string.Format(null, text, 10, 60), string.Format(null, text, 20, 30)).Rules[0];
        Assert.Equal((10, 30), (rule.MinWrappingTtl.TotalSeconds, rule.MaxWrappingTtl.TotalSeconds));
    }

    [Theory]
    [InlineData("secret/", "secret/data/x", true)]
    [InlineData("secret/", "sec*", true)]
    [InlineData("secret/", "secret/*", true)]
    [InlineData("secret/", "secret/+/x", true)]
    [InlineData("secret/", "+/data/x", true)]
    [InlineData("secret/", "+", true)]
    [InlineData("a/b/", "a/+/c", true)]
    [InlineData("a/b/", "a/+", true)]
    [InlineData("a/b/", "a/+/c/d*", true)]
    [InlineData("a/b/", "+/x*", false)]
    [InlineData("secret/", "secretive/x", false)]
    [InlineData("secret/", "other/+/x", false)]
    [InlineData("secret/", "secre", false)]
    public void AMountIsReachableIfAnyRuleGrantsSomethingBelow(string mount, string pattern, bool expected)
    {
        Assert.Equal(expected, Samples.Compile(Samples.Rule(pattern, "read")).GrantsUnder(mount));
        Assert.False(Samples.Compile(Samples.Rule(pattern, "deny")).GrantsUnder(mount));
    }

    [Fact]
    public void HotPathsAllocateNothing()
    {
        Acl acl = Globs;
        long Measure()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool all = true;
            for (int i = 0; i < 1000; i++)
            {
                all &= acl.Decide(new AclRequest("kv/exact", Capability.Read)).Allowed;
                all &= acl.Decide(new AclRequest("kv/app/some/where", Capability.Read)).Allowed;
                all &= acl.Decide(new AclRequest("kv/team/a/config", Capability.Read)).Allowed;
                all &= acl.Decide(new AclRequest("kv/app/", Capability.List)).Allowed;
            }
            Assert.True(all);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Measure();
        Assert.Equal(0, Measure());
    }
}
