namespace Coffer.Client.Tests;

public sealed class Settings
{
    [Fact]
    public void OursWinOverVaults()
    {
        CofferOptions options = Read(("VAULT_ADDR", "http://vault:8200"), ("COFFER_ADDR", "http://coffer:8200"), ("VAULT_TOKEN", "v"), ("COFFER_TOKEN", ""));
        Assert.Equal(("http://coffer:8200/", "v"), (options.Address.ToString(), options.Token));
    }

    [Fact]
    public void DefaultsAreVaults()
    {
        CofferOptions options = Read();
        Assert.Equal(("https://127.0.0.1:8200/", 2, 60.0), (options.Address.ToString(), options.MaxRetries, options.Timeout.TotalSeconds));
    }

    [Fact]
    public void AllAreRead()
    {
        CofferOptions options = Read(
            ("VAULT_SKIP_VERIFY", "true"), ("VAULT_CLIENT_TIMEOUT", "1m30s"), ("VAULT_MAX_RETRIES", "0"), ("VAULT_NAMESPACE", "n"),
            ("VAULT_CACERT", "ca"), ("VAULT_CAPATH", "dir"), ("VAULT_CLIENT_CERT", "cert"), ("VAULT_CLIENT_KEY", "key"), ("VAULT_WRAP_TTL", "5m"), ("VAULT_TLS_SERVER_NAME", "name"));
        Assert.Equal((true, 90.0, 0, "n", "ca", "dir"), (options.SkipVerify, options.Timeout.TotalSeconds, options.MaxRetries, options.Namespace, options.CaCertificateFile, options.CaCertificateDirectory));
        Assert.Equal(("cert", "key", "5m", "name"), (options.ClientCertificateFile, options.ClientKeyFile, options.WrapTtl, options.TlsServerName));
    }

    [Theory]
    [InlineData("VAULT_ADDR", "vault:8200")]
    [InlineData("COFFER_ADDR", "ftp://x")]
    [InlineData("VAULT_SKIP_VERIFY", "perhaps")]
    [InlineData("VAULT_CLIENT_TIMEOUT", "soon")]
    [InlineData("COFFER_MAX_RETRIES", "-1")]
    public void WhatCannotBeReadIsNamed(string name, string value)
    {
        FormatException failure = Assert.Throws<FormatException>(() => Read((name, value)));
        Assert.StartsWith($"{name} is \"{value}\"", failure.Message, StringComparison.Ordinal);
    }

    private static CofferOptions Read(params (string Name, string Value)[] variables) =>
        EnvironmentOptions.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
