using Coffer.Core.Policies;

namespace Coffer.Core.Tests.Policies;

public sealed class PolicyTemplates
{
    private static readonly TemplateIdentity Alice = new(
        "e-1", "alice", new Dictionary<string, string> { ["team"] = "blue", ["bad"] = "a*", ["a.b"] = "dotted", ["empty"] = "" },
        [
            new TemplateAlias(
                "acc_1", "al-1", "alice@ldap", new Dictionary<string, string> { ["dn"] = "x" },
                new Dictionary<string, string> { ["k"] = "v" }),
            new TemplateAlias("acc_2", "al-2", "first", Samples.None, Samples.None),
            new TemplateAlias("acc_2", "al-3", "second", Samples.None, Samples.None),
        ],
        [new TemplateGroup("g-1", "ops", new Dictionary<string, string> { ["floor"] = "3" })]);

    [Theory]
    [InlineData("identity.entity.id", "e-1")]
    [InlineData(" identity.entity.name ", "alice")]
    [InlineData("identity.entity.metadata.team", "blue")]
    [InlineData("identity.entity.metadata.a.b", "dotted")]
    [InlineData("identity.entity.aliases.acc_1.id", "al-1")]
    [InlineData("identity.entity.aliases.acc_1.name", "alice@ldap")]
    [InlineData("identity.entity.aliases.acc_1.metadata.dn", "x")]
    [InlineData("identity.entity.aliases.acc_1.custom_metadata.k", "v")]
    [InlineData("identity.groups.ids.g-1.name", "ops")]
    [InlineData("identity.groups.names.ops.id", "g-1")]
    [InlineData("identity.groups.names.ops.metadata.floor", "3")]
    [InlineData("identity.groups.ids.g-1.metadata.floor", "3")]
    public void AreFilledIn(string selector, string value)
    {
        Acl acl = Compile($"s/{{{{{selector}}}}}/*", Alice);
        Assert.Equal($"s/{value}/*", Assert.Single(acl.Rules).Pattern);
        Assert.Empty(acl.Dropped);
    }

    [Theory]
    [InlineData("identity.entity.metadata.none")]
    [InlineData("identity.entity.metadata.empty")]
    [InlineData("identity.entity.aliases.acc_9.name")]
    [InlineData("identity.groups.names.dev.id")]
    public void WithoutAValueDropTheRule(string selector)
    {
        Acl acl = Compile($"s/{{{{{selector}}}}}/*", Alice);
        Assert.Empty(acl.Rules);
        Assert.Equal(("p", 1), (acl.Dropped[0].Policy, acl.Dropped[0].Line));
    }

    [Fact]
    public void WithoutAnEntityDropTheRule()
    {
        Acl acl = Compile("s/{{identity.entity.id}}", null);
        Assert.Equal("the token has no entity", Assert.Single(acl.Dropped).Problem);
    }

    [Fact]
    public void MakeTheDocumentTemplated()
    {
        Assert.True(BuiltInPolicies.Default.IsTemplated);
        Assert.False(PolicyDocument.Parse("p", Samples.Rule("a", "read")).IsTemplated);
    }

    [Fact]
    public void GHSA_pfmw_AnAmbiguousAliasIsNotPicked() =>
        Assert.Single(Compile("s/{{identity.entity.aliases.acc_2.name}}", Alice).Dropped);

    [Theory]
    [InlineData("*")]
    [InlineData("+")]
    [InlineData("a/b")]
    [InlineData("alice*")]
    [InlineData("..")]
    public void GHSA_59w7_AValueCannotChangeThePattern(string name)
    {
        Acl acl = Compile("s/{{identity.entity.name}}/*", Alice with { EntityName = name });
        Assert.Empty(acl.Rules);
        Assert.Single(acl.Dropped);
        Assert.False(acl.Decide("s/bob/x", Capability.Read).Allowed);
    }

    [Fact]
    public void AValueIsNotFilledInAgain() =>
        Assert.Equal("s/{{identity.entity.id}}",
            Compile("s/{{identity.entity.name}}", Alice with { EntityName = "{{identity.entity.id}}" }).Rules[0].Pattern);

    private static Acl Compile(string path, TemplateIdentity? identity) =>
        Acl.Compile([PolicyDocument.Parse("p", Samples.Rule(path, "read"))], identity);
}
