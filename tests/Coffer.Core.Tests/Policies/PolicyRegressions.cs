using System.Diagnostics;
using Coffer.Core.Policies;

namespace Coffer.Core.Tests.Policies;

/// <summary>Others' mistakes that must fail here.</summary>
public sealed class PolicyRegressions
{
    [Theory]
    [InlineData("secrets/metadata/restricted")]
    [InlineData("secrets/metadata/restricted/")]
    public void CVE_2026_63131_AListObeysADenyBelowItsSlash(string path)
    {
        Acl acl = Samples.Compile(Samples.Rule("secrets/metadata/*", "list"), Samples.Rule("secrets/metadata/restricted/*", "deny"));
        Assert.Equal(DecisionReason.Denied, acl.Decide(path, Capability.List).Reason);
    }

    [Theory]
    [InlineData("secret/team/hidden")]
    [InlineData("secret/team/hidden/")]
    [InlineData("secret/+/hidden")]
    [InlineData("+/team/+")]
    public void CVE_2026_63131_AListObeysADenyOfThePathWithoutSlash(string denied)
    {
        Acl acl = Samples.Compile(Samples.Rule(denied.StartsWith('+') ? "*" : "secret/*", "list"), Samples.Rule(denied, "deny"));
        Assert.Equal(DecisionReason.Denied, acl.Decide("secret/team/hidden/", Capability.List).Reason);
        Assert.Equal(DecisionReason.Denied, acl.Decide("secret/team/hidden", Capability.List).Reason);
        Assert.Equal(["deny"], acl.Capabilities("secret/team/hidden/"));
    }

    [Theory]
    [InlineData("secret/Admin")]
    [InlineData("secret/admin ")]
    [InlineData("Secret/admin")]
    public void CVE_2026_89322_PathsAreComparedExactly(string path)
    {
        Acl acl = Samples.Compile(Samples.Rule("secret/admin", "read"));
        Assert.False(acl.Decide(path, Capability.Read).Allowed);
    }

    [Theory]
    [InlineData("secret/app/../admin")]
    [InlineData("secret/app/..")]
    [InlineData("../secret/app/x")]
    [InlineData("secret/app/./x")]
    [InlineData("..")]
    [InlineData("secret/app/./")]
    public void CVE_2026_3605_DotSegmentsAreRefused(string path)
    {
        Acl acl = Samples.Compile(Samples.Rule("*", "read", "list"));
        Assert.Equal(DecisionReason.PathNotCanonical, acl.Decide(path, Capability.Read).Reason);
        Assert.Equal(["deny"], acl.Capabilities(path));
    }

    [Theory]
    [InlineData("secret/.well-known/x")]
    [InlineData("secret/a..b")]
    [InlineData("secret/...")]
    [InlineData("secret/file.txt")]
    public void CVE_2026_3605_OtherDotsAreFine(string path) =>
        Assert.True(Samples.Compile(Samples.Rule("*", "read")).Decide(path, Capability.Read).Allowed);

    [Theory]
    [InlineData("ROOT")]
    [InlineData(" root")]
    [InlineData("Root\n")]
    [InlineData("root\u00a0")]
    [InlineData("\ufeffroot")]
    public void CVE_2025_5999_ANameThatBecomesRootIsRoot(string name)
    {
        Assert.True(PolicyNames.IsRoot(name));
        Assert.Throws<PolicyException>(() => PolicyDocument.Parse(name, Samples.Rule("*", "read")));
    }

    [Fact]
    public void CVE_2023_5954_ManyPatternsAgainstAHostilePathCostLinearTime()
    {
        string[] texts = [.. Enumerable.Range(0, 3000).Select(i => Samples.Rule(
            string.Join('/', Enumerable.Range(0, 11).Select(bit => (i >> bit & 1) == 0 ? "+" : "a")) + (i % 2 == 0 ? "/*" : "/b"),
            "read"))];
        Acl acl = Samples.Compile(string.Concat(texts));
        string path = string.Join('/', Enumerable.Repeat("a", 2000));
        acl.Decide(path, Capability.Read);
        long memory = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 100; i++)
            acl.Decide(path, Capability.Read);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - memory, 0, 200_000);
    }

    [Fact]
    public void CVE_2023_5954_TheDeepestPatternIsMatchedWithoutOverflow()
    {
        string deep = string.Concat(Enumerable.Repeat("+/", (PolicyRule.MaxPathLength / 2) - 1));
        Acl acl = Samples.Compile(Samples.Rule(deep + "x", "read"));
        string path = string.Concat(Enumerable.Repeat("a/", (PolicyRule.MaxPathLength / 2) - 1)) + "x";
        Assert.True(acl.Decide(path, Capability.Read).Allowed);
        Assert.False(acl.Decide(string.Concat(Enumerable.Repeat("/", 1_000_000)), Capability.Read).Allowed);
        Assert.Throws<PolicyException>(() => Samples.Compile(Samples.Rule(new string('x', PolicyRule.MaxPathLength + 1), "read")));
    }
}
