using System.Net;
using Coffer.Core.Requests;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Modules.Tests.SystemApi;

public sealed class CorsSettingsPath : IAsyncLifetime
{
    private TestVault vault = null!;

    public async ValueTask InitializeAsync() => vault = await TestVault.OpenAsync();

    public ValueTask DisposeAsync() => vault.DisposeAsync();

    [Fact]
    public async Task IsFollowedByTheDoor()
    {
        Assert.False((await vault.ReadAsync("sys/config/cors")).Json().GetProperty("enabled").GetBoolean());
        Assert.False(vault.Vault.Cors.Allows("http://a.example"));
        Assert.Equal(204, (await vault.WriteAsync("sys/config/cors", """{"allowed_origins":["http://a.example"],"allowed_headers":"X-Mine"}""")).Status);
        Assert.True(vault.Vault.Cors.Allows("http://a.example"));
        Assert.False(vault.Vault.Cors.Allows("http://b.example"));
        var read = (await vault.ReadAsync("sys/config/cors")).Json();
        Assert.Equal(["http://a.example"], read.GetProperty("allowed_origins").Strings());
        Assert.Equal(vault.Vault.Cors.Headers, read.GetProperty("allowed_headers").Strings());
        Assert.Equal("X-Mine", vault.Vault.Cors.Headers[^1]);
        await vault.DeleteAsync("sys/config/cors");
        Assert.False(vault.Vault.Cors.Enabled);
    }

    [Fact]
    public async Task IsForgottenAtSealAndReadAgainAtUnseal()
    {
        await vault.WriteAsync("sys/config/cors", """{"allowed_origins":"*"}""");
        await vault.Vault.SealAsync();
        Assert.False(vault.Vault.Cors.Enabled);
        await vault.UnsealAsync();
        Assert.True(vault.Vault.Cors.Allows("http://any.example"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"allowed_origins":["*","http://a.example"]}""")]
    [InlineData("""{"allowed_origins":["http://a.example\r\nX: y"]}""")]
    public async Task RefusesWhatAllowsNobodyOrTooMuch(string body) =>
        Assert.Equal(400, (await vault.WriteAsync("sys/config/cors", body)).Status);

    [Fact]
    public async Task NeedsSudo()
    {
        var token = await vault.TokenAsync("""path "sys/config/*" { capabilities = ["read"] }""");
        Assert.Equal(403, (await vault.ReadAsync("sys/config/cors", token)).Status);
        Assert.Equal(403, (await vault.ReadAsync("sys/config/auditing/request-headers", token)).Status);
        token = await vault.TokenAsync("""path "sys/config/*" { capabilities = ["read", "sudo"] }""");
        Assert.Equal(200, (await vault.ReadAsync("sys/config/cors", token)).Status);
    }
}

public sealed class AuditedRequestHeaders : IAsyncLifetime
{
    private TestVault vault = null!;

    public async ValueTask InitializeAsync() => vault = await TestVault.OpenAsync();

    public ValueTask DisposeAsync() => vault.DisposeAsync();

    [Fact]
    public async Task AreNamedInLowerCase()
    {
        Assert.Equal(204, (await vault.WriteAsync("sys/config/auditing/request-headers/X-Trace-Id", """{"hmac":true}""")).Status);
        Assert.Equal(204, (await vault.WriteAsync("sys/config/auditing/request-headers/X-Plain")).Status);
        Assert.True((await vault.ReadAsync("sys/config/auditing/request-headers/x-trace-ID")).Json().GetProperty("x-trace-id").GetProperty("hmac").GetBoolean());
        Assert.Equal([("x-plain", false), ("x-trace-id", true)], vault.Vault.AuditedHeaders.Headers.Select(h => (h.Key, h.Value)).Order());
        await vault.DeleteAsync("sys/config/auditing/request-headers/x-TRACE-id");
        var headers = (await vault.ReadAsync("sys/config/auditing/request-headers")).Json().GetProperty("headers");
        Assert.Equal(["x-plain"], headers.EnumerateObject().Select(p => p.Name));
        Assert.Equal(400, (await vault.ReadAsync("sys/config/auditing/request-headers/x-trace-id")).Status);
        Assert.Equal(400, (await vault.WriteAsync("sys/config/auditing/request-headers/not a name")).Status);
    }
}

public sealed class RateLimits : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private TestVault vault = null!;

    public async ValueTask InitializeAsync()
    {
        vault = await TestVault.OpenAsync(clock);
        await vault.MountAsync("limited", "echo");
    }

    public ValueTask DisposeAsync() => vault.DisposeAsync();

    [Fact]
    public async Task LimitEachClientOfAMount()
    {
        Assert.Equal(204, (await vault.WriteAsync("sys/quotas/rate-limit/slow", """{"path":"limited","rate":1,"interval":"60s"}""")).Status);
        var read = (await vault.ReadAsync("sys/quotas/rate-limit/slow")).Json();
        Assert.Equal("""{"block_interval":0,"interval":60,"name":"slow","path":"limited/","rate":1,"type":"rate-limit"}""", read.GetRawText());
        Assert.Equal(200, (await vault.ReadAsync("limited/x")).Status);
        var refused = await vault.ReadAsync("limited/x");
        Assert.Equal((429, "request path \"limited/x\": rate limit quota exceeded"), (refused.Status, refused.Errors[0]));
        Assert.Equal(200, (await vault.SendAsync(Operation.Read, "limited/x", client: IPAddress.Parse("10.0.0.1"))).Status);
        Assert.Equal(200, (await vault.ReadAsync("sys/mounts")).Status);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(200, (await vault.ReadAsync("limited/x")).Status);
        await vault.DeleteAsync("sys/quotas/rate-limit/slow");
        Assert.Equal(200, (await vault.ReadAsync("limited/x")).Status);
        Assert.Equal(404, (await vault.ReadAsync("sys/quotas/rate-limit/slow")).Status);
    }

    [Fact]
    public async Task LimitOnePathOrAPrefixOfPaths()
    {
        await vault.WriteAsync("sys/quotas/rate-limit/one", """{"path":"limited/a","rate":1,"interval":60}""");
        await vault.WriteAsync("sys/quotas/rate-limit/some", """{"path":"limited/b*","rate":1,"interval":60}""");
        int[] statuses =
        [
            .. await Task.WhenAll(new[] { "limited/a", "limited/a", "limited/ab", "limited/ab", "limited/bc", "limited/bd" }
                .Select(async p => (await vault.ReadAsync(p)).Status)),
        ];
        Assert.Equal([200, 429, 200, 200, 200, 429], statuses);
        Assert.Equal(["one", "some"], (await vault.ListAsync("sys/quotas/rate-limit")).Json().GetProperty("keys").Strings());
    }

    [Fact]
    public async Task SpareWhatTheConfigurationExempts()
    {
        await vault.WriteAsync("sys/quotas/config", """{"rate_limit_exempt_paths":["sys/quotas/*","limited/free"]}""");
        Assert.Equal(
            ["sys/quotas/*", "limited/free"], (await vault.ReadAsync("sys/quotas/config")).Json().GetProperty("rate_limit_exempt_paths").Strings());
        await vault.WriteAsync("sys/quotas/rate-limit/all", """{"rate":1,"interval":60}""");
        Assert.Equal(200, (await vault.ReadAsync("limited/x")).Status);
        Assert.Equal(429, (await vault.ReadAsync("limited/x")).Status);
        Assert.Equal(200, (await vault.ReadAsync("limited/free")).Status);
        Assert.Equal(204, (await vault.DeleteAsync("sys/quotas/rate-limit/all")).Status);
    }

    [Theory]
    [InlineData("bad", """{"path":"nowhere/","rate":5}""")]
    [InlineData("bad", """{"path":"limited/"}""")]
    [InlineData("bad", """{"path":"limited/","rate":0}""")]
    [InlineData("bad", """{"path":"limited/","rate":"quick"}""")]
    [InlineData("bad", """{"path":"limited/","rate":1,"block_interval":-1}""")]
    [InlineData("bad", """{"path":"limited/","rate":1,"type":"lease-count"}""")]
    [InlineData("second", """{"path":"limited/first","rate":1}""")]
    public async Task RefuseWhatMeansNothing(string name, string body)
    {
        await vault.WriteAsync("sys/quotas/rate-limit/first", """{"path":"limited/first","rate":1}""");
        Assert.Equal(400, (await vault.WriteAsync($"sys/quotas/rate-limit/{name}", body)).Status);
    }

    [Fact]
    public async Task RefuseSettingsThatWouldDoNothing()
    {
        Assert.Equal(400, (await vault.WriteAsync("sys/quotas/config", """{"enable_rate_limit_audit_logging":false}""")).Status);
        Assert.Equal(400, (await vault.WriteAsync("sys/quotas/config", """{"enable_rate_limit_response_headers":true}""")).Status);
    }
}
