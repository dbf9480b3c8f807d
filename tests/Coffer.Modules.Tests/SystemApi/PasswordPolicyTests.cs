namespace Coffer.Modules.Tests.SystemApi;

public sealed class PasswordPolicyPaths : IAsyncLifetime
{
    private const string Digits = """{"policy":"length = 8\nrule \"charset\" { charset = \"0123456789\" }"}""";
    private TestVault vault = null!;

    public async ValueTask InitializeAsync() => vault = await TestVault.OpenAsync();

    public ValueTask DisposeAsync() => vault.DisposeAsync();

    [Fact]
    public async Task KeepTheTextAsItWasWritten()
    {
        Assert.Equal(204, (await vault.WriteAsync("sys/policies/password/digits", Digits)).Status);
        Assert.Equal(
            "length = 8\nrule \"charset\" { charset = \"0123456789\" }", (await vault.ReadAsync("sys/policies/password/digits")).Json().Text("policy"));
        Assert.Equal(["digits"], (await vault.ListAsync("sys/policies/password")).Json().GetProperty("keys").Strings());
        Assert.Equal(204, (await vault.DeleteAsync("sys/policies/password/digits")).Status);
        Assert.Equal(404, (await vault.ReadAsync("sys/policies/password/digits")).Status);
        Assert.Equal(404, (await vault.ListAsync("sys/policies/password")).Status);
    }

    [Fact]
    public async Task MakePasswords()
    {
        await vault.WriteAsync("sys/policies/password/digits", Digits);
        var password = (await vault.ReadAsync("sys/policies/password/digits/generate")).Json().Text("password")!;
        Assert.Equal(8, password.Length);
        Assert.All(password, c => Assert.InRange(c, '0', '9'));
        Assert.Equal(404, (await vault.ReadAsync("sys/policies/password/nothere/generate")).Status);
    }

    [Fact]
    public async Task RefuseWhatNoPasswordMeets()
    {
        Assert.Equal(
            400, (await vault.WriteAsync("sys/policies/password/bad", """{"policy":"length = 2\nrule \"charset\" { charset = \"ab\" min-chars = 5 }"}""")).Status);
        Assert.Equal(400, (await vault.WriteAsync("sys/policies/password/bad", "{}")).Status);
    }
}
