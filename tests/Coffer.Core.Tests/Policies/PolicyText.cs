using Coffer.Core.Policies;

namespace Coffer.Core.Tests.Policies;

public sealed class PolicyText
{
    [Fact]
    public void HclAndJsonMeanTheSame()
    {
        PolicyDocument hcl = PolicyDocument.Parse("a", "path \"secret/*\" { capabilities = [\"read\", \"list\"] }");
        PolicyDocument json = PolicyDocument.Parse("a", """{"path":{"secret/*":{"capabilities":["read","list"]}}}""");
        foreach (PolicyRule rule in hcl.Rules.Concat(json.Rules))
        {
            Assert.Equal("secret/*", rule.Path);
            Assert.Equal(Capability.Read | Capability.List, rule.Capabilities);
        }
        Assert.Equal((1, 1), (hcl.Rules.Count, json.Rules.Count));
    }

    [Fact]
    public void RepeatedPathsAccumulateInJsonToo()
    {
        const string text = """{"path":[{"a":{"capabilities":["read"]}},{"a":{"capabilities":["list"]},"b":{"policy":"write"}}]}""";
        Assert.Equal(["a", "a", "b"], PolicyDocument.Parse("p", text).Rules.Select(rule => rule.Path));
    }

    [Theory]
    [InlineData("read", Capability.Read | Capability.List)]
    [InlineData("write", Capability.Create | Capability.Read | Capability.Update | Capability.Delete | Capability.List)]
    [InlineData("sudo", Capability.Create | Capability.Read | Capability.Update | Capability.Delete | Capability.List | Capability.Sudo)]
    [InlineData("deny", Capability.Deny)]
    public void TheLegacyShorthandIsUnderstood(string word, Capability expected) =>
        Assert.Equal(expected, PolicyDocument.Parse("old", $"path \"x\" {{ policy = \"{word}\" }}").Rules[0].Capabilities);

    [Fact]
    public void DenyStandsAlone() =>
        Assert.Equal(Capability.Deny, PolicyDocument.Parse("p", Samples.Rule("x", "read", "deny")).Rules[0].Capabilities);

    [Fact]
    public void ALeadingSlashIsDropped() =>
        Assert.Equal("secret/x", PolicyDocument.Parse("p", "path \"/secret/x\" { capabilities = [\"read\"] }").Rules[0].Path);

    [Fact]
    public void WrappingWindowsTakeNumbersAndDurations()
    {
        const string text = "path \"x\" { capabilities = [\"read\"] min_wrapping_ttl = 10 max_wrapping_ttl = \"1h\" }";
        PolicyRule rule = PolicyDocument.Parse("p", text).Rules[0];
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)), (rule.MinWrappingTtl, rule.MaxWrappingTtl));
    }

    [Theory]
    [InlineData("path \"secret/*\" { capabilities = ", "failed to parse policy: At 1:34: expected a value, found the end of the text")]
    [InlineData("path \"secret/*\" { capabilities = [\"fly\"] }", "failed to parse policy: path \"secret/*\": invalid capability \"fly\"")]
    [InlineData("path \"secret/*\" { abilities = [\"read\"] }",
        "failed to parse policy: 1 error occurred:\n\t* path \"secret/*\": invalid key \"abilities\" on line 1\n\n")]
    [InlineData("\nlimits { }", "failed to parse policy: 1 error occurred:\n\t* invalid key \"limits\" on line 2\n\n")]
    [InlineData("path \"x\" { policy = \"fly\" }", "failed to parse policy: path \"x\": invalid policy \"fly\"")]
    [InlineData("path \"x/+*\" { policy = \"read\" }",
        "failed to parse policy: path \"x/+*\": invalid use of wildcards ('+*' is forbidden)")]
    [InlineData("path \"x\" { capabilities = [\"read\"] min_wrapping_ttl = 60 max_wrapping_ttl = 10 }",
        "failed to parse policy: path \"x\": max_wrapping_ttl cannot be less than min_wrapping_ttl")]
    [InlineData("path \"x\" { capabilities = [\"read\"] max_wrapping_ttl = \"soon\" }",
        "failed to parse policy: At 1:55: time: invalid duration \"soon\"")]
    [InlineData("path \"x\" { capabilities = [\"READ\"] }", "failed to parse policy: path \"x\": invalid capability \"READ\"")]
    [InlineData("path \"x\" { capabilities = [\"read\"]\ncapabilities = [\"sudo\"] }",
        "failed to parse policy: At 2:1: \"capabilities\" is already set on line 1")]
    [InlineData("path \"a/{{identity.entity.id}\" { policy = \"read\" }",
        "failed to parse policy: path \"a/{{identity.entity.id}\": failed to validate policy templating: unbalanced templating characters")]
    [InlineData("path \"a/{{token.id}}\" { policy = \"read\" }",
        "failed to parse policy: path \"a/{{token.id}}\": failed to validate policy templating: unknown template {{token.id}}")]
    [InlineData("path = 3", "failed to parse policy: At 1:8: \"path\" is a block, not a number")]
    public void WhatIsWrongIsRefusedByName(string text, string message) =>
        Assert.Equal(message, Assert.Throws<PolicyException>(() => PolicyDocument.Parse("p", text)).Message);

    [Theory]
    [InlineData("root")]
    [InlineData("ROOT")]
    [InlineData(" root\t")]
    [InlineData("\u200broot")]
    public void RootCannotBeWritten(string name) =>
        Assert.Equal("cannot update \"root\" policy", Assert.Throws<PolicyException>(() => PolicyDocument.Parse(name, "")).Message);

    [Fact]
    public void NamesAreLowerCaseAndTrimmed() => Assert.Equal("mixedcase", PolicyDocument.Parse(" MixedCase ", "").Name);

    [Fact]
    public void TheDefaultPolicyGrantsWhatEachTokenNeeds()
    {
        var identity = new TemplateIdentity("e-1", "alice", Samples.None, [], []);
        Acl acl = Acl.Compile([BuiltInPolicies.Default], identity);
        Assert.Equal(["create", "delete", "list", "read", "update"], acl.Capabilities("cubbyhole/x"));
        Assert.Equal(["read"], acl.Capabilities("auth/token/lookup-self"));
        Assert.Equal(["read"], acl.Capabilities("identity/entity/id/e-1"));
        Assert.Equal(["read"], acl.Capabilities("identity/entity/name/alice"));
        Assert.Equal(["deny"], acl.Capabilities("identity/entity/id/e-2"));
        Assert.Equal(["update"], acl.Capabilities("sys/wrapping/unwrap"));
        Assert.Equal(["read", "update"], acl.Capabilities("identity/oidc/provider/p/authorize"));
        Assert.Equal(["deny"], acl.Capabilities("secret/data/a"));
        Assert.Empty(acl.Dropped);
    }
}
