using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Modules.Tests.Regressions;

/// <summary>Others' mistakes with paths and policies, tried on the whole road of a request.</summary>
public sealed class PathsAndPolicies
{
    /// <summary>A deny was passed by writing the path in another case or with doubled slashes.</summary>
    [Theory]
    [InlineData("Secret/hidden")]
    [InlineData("secret/Hidden")]
    [InlineData("secret//hidden")]
    [InlineData("secret/./hidden")]
    [InlineData("/secret/hidden")]
    [InlineData("secret/hidden/")]
    [InlineData("secret/hidden ")]
    public async Task CVE_2026_89322_ADenyHoldsForEverySpelling(string path)
    {
        await using var vault = await WithSecretAsync();
        var token = await vault.TokenAsync("""
            path "secret/*" { capabilities = ["read", "list"] }
            path "secret/hidden" { capabilities = ["deny"] }
            """);
        var reply = await vault.ReadAsync(path, token);
        Assert.True(reply.IsRefusal, $"{reply.Status}");
        Assert.True(reply.Data.IsEmpty);
    }

    /// <summary>A list of a denied path passed when a slash was put at its end.</summary>
    [Theory]
    [InlineData("secret/hidden")]
    [InlineData("secret/hidden/")]
    public async Task CVE_2026_63131_AListWithASlashObeysTheDeny(string path)
    {
        await using var vault = await WithSecretAsync();
        var token = await vault.TokenAsync("""
            path "secret/*" { capabilities = ["list"] }
            path "secret/hidden" { capabilities = ["deny"] }
            """);
        Assert.Equal(403, (await vault.SendAsync(Operation.List, path, token: token)).Status);
        Assert.Equal(200, (await vault.SendAsync(Operation.List, "secret/open/", token: token)).Status);
    }

    /// <summary>Dot segments led from an allowed path to one that is not.</summary>
    [Theory]
    [InlineData("secret/open/../hidden")]
    [InlineData("secret/open/../../sys/mounts")]
    [InlineData("secret/open/./../hidden")]
    [InlineData("cubbyhole/../secret/hidden")]
    public async Task CVE_2026_3605_DotSegmentsLeadNowhere(string path)
    {
        await using var vault = await WithSecretAsync();
        var token = await vault.TokenAsync("""path "secret/open/*" { capabilities = ["read", "create", "update", "delete", "list"] }""");
        foreach (var operation in (Operation[])[Operation.Read, Operation.List, Operation.Update, Operation.Delete])
            Assert.Equal(403, (await vault.SendAsync(operation, path, operation == Operation.Update ? """{"a":"2"}""" : "", token)).Status);
        Assert.Equal("1", (await vault.ReadAsync("secret/hidden")).Json().Text("a"));
    }

    /// <summary>A policy name that was compared before it was brought into its form became the root policy.</summary>
    [Theory]
    [InlineData("ROOT")]
    [InlineData(" root ")]
    [InlineData("Root\\n")]
    [InlineData("\\u00a0root")]
    [InlineData("\\ufeffroot")]
    [InlineData("root\\u200b")]
    public async Task CVE_2025_5999_NoSpellingOfANameIsRoot(string name)
    {
        await using var vault = await WithSecretAsync();
        var sudo = await vault.TokenAsync("""path "auth/token/*" { capabilities = ["create", "update", "sudo"] }""");
        await TryAsync("auth/token/create");
        await TryAsync("auth/token/create-orphan");
        var role = $$"""{"allowed_policies":["{{name}}"],"orphan":true}""";
        if (!(await vault.WriteAsync("auth/token/roles/r", role, sudo)).IsRefusal) await TryAsync("auth/token/create/r");

        async Task TryAsync(string path)
        {
            var reply = await vault.WriteAsync(path, $$"""{"policies":["{{name}}"]}""", sudo);
            if (reply.IsRefusal) return;
            Assert.Equal(403, (await vault.ReadAsync("secret/hidden", reply.AuthBlock!.ClientToken)).Status);
        }
    }

    /// <summary>The root policy could be written, or shadowed, under another spelling.</summary>
    [Theory]
    [InlineData("root")]
    [InlineData("ROOT")]
    [InlineData("Root ")]
    public async Task CVE_2025_64761_TheRootPolicyIsNotWrittenUnderAnyName(string name)
    {
        await using var vault = await WithSecretAsync();
        var body = """{"policy":"path \"*\" { capabilities = [\"deny\"] }"}""";
        Assert.Equal(400, (await vault.WriteAsync($"sys/policies/acl/{name}", body)).Status);
        Assert.Equal(400, (await vault.WriteAsync($"sys/policy/{name}", body)).Status);
        Assert.Equal(400, (await vault.DeleteAsync($"sys/policies/acl/{name}")).Status);
    }

    /// <summary>Whoever could write identities gave an entity the root policy.</summary>
    [Theory]
    [InlineData("identity/entity")]
    [InlineData("identity/entity/id/x")]
    [InlineData("identity/entity/name/x")]
    [InlineData("identity/group")]
    public async Task CVE_2024_9180_NoIdentityIsGivenPolicies(string path)
    {
        await using var vault = await WithSecretAsync();
        Assert.True((await vault.WriteAsync(path, """{"policies":["root"]}""")).IsRefusal);
    }

    /// <summary>A name with a wildcard or a slash, filled into a template, widened the policy.</summary>
    [Theory]
    [InlineData("*")]
    [InlineData("+")]
    [InlineData("hidd*")]
    [InlineData("a/../hidden")]
    [InlineData("..")]
    public async Task GHSA_59w7_AnAliasCannotWidenATemplate(string alias)
    {
        await using var vault = await WithSecretAsync();
        var token = await TemplatedAsync(vault, alias);
        Assert.Equal(403, (await vault.ReadAsync("secret/hidden", token)).Status);
        Assert.Equal(403, (await vault.ReadAsync($"secret/{alias}", token)).Status);
        Assert.Equal("1", (await vault.ReadAsync("secret/ann", await TemplatedAsync(vault, "ann"))).Json().Text("a"));
    }

    /// <summary>"root" was another name of the root namespace, and policies did not know it.</summary>
    [Theory]
    [InlineData("root/secret/hidden")]
    [InlineData("root/sys/mounts")]
    [InlineData("/root/secret/hidden")]
    public async Task CVE_2026_55775_TheRootNamespaceHasNoNameInPaths(string path)
    {
        await using var vault = await WithSecretAsync();
        var token = await vault.TokenAsync("""
            path "+/secret/hidden" { capabilities = ["read"] }
            path "+/sys/mounts" { capabilities = ["read"] }
            """);
        Assert.True((await vault.ReadAsync(path, token)).IsRefusal);
        Assert.Equal(404, (await vault.ReadAsync(path.TrimStart('/'))).Status);
    }

    /// <summary>What was cached for one namespace was served to another (also CVE-2026-115365).</summary>
    [Fact]
    public async Task CVE_2026_105820_NothingCachedCrossesNamespaces()
    {
        await using var vault = await WithSecretAsync();
        var other = new NamespaceId(7);
        var batch = (await vault.CreateAsync("""{"type":"batch","policies":["default"]}""")).ClientToken;
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await vault.ReadAsync("secret/hidden")).Status);
            Assert.Equal(403, (await vault.SendAsync(Operation.Read, "secret/hidden", space: other)).Status);
            Assert.True(await vault.AcceptsAsync(batch));
            Assert.Equal(403, (await vault.SendAsync(Operation.Read, "auth/token/lookup-self", token: batch, space: other)).Status);
        }
    }

    private static async Task<string> TemplatedAsync(TestVault vault, string alias)
    {
        var accessor = (await vault.ReadAsync("sys/auth")).Json().GetProperty("token/").Text("accessor");
        var policy = $$$"""{"policy":"path \"secret/{{identity.entity.aliases.{{{accessor}}}.name}}\" { capabilities = [\"read\"] }"}""";
        Assert.Equal(204, (await vault.WriteAsync("sys/policies/acl/own", policy)).Status);
        await vault.WriteAsync("auth/token/roles/own", """{"allowed_policies":["own"],"allowed_entity_aliases":["*"]}""");
        return (await vault.CreateAsync($$"""{"entity_alias":"{{alias}}"}""", path: "auth/token/create/own")).ClientToken;
    }

    private static async Task<TestVault> WithSecretAsync()
    {
        var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        await vault.MountAsync("secret", "kv");
        foreach (var name in (string[])["hidden", "hidden/below", "open/x", "ann"])
            Assert.Equal(204, (await vault.WriteAsync($"secret/{name}", """{"a":"1"}""")).Status);
        return vault;
    }
}
