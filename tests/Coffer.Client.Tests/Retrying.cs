using System.Diagnostics;
using Coffer.TestKit;

namespace Coffer.Client.Tests;

public sealed class Retrying
{
    [Theory]
    [InlineData("GET", 412, 3)]
    [InlineData("GET", 429, 3)]
    [InlineData("GET", 500, 3)]
    [InlineData("GET", 503, 3)]
    [InlineData("GET", 501, 1)]
    [InlineData("GET", 400, 1)]
    [InlineData("GET", 403, 1)]
    [InlineData("PUT", 412, 3)]
    [InlineData("PUT", 429, 3)]
    [InlineData("PUT", 503, 3)]
    [InlineData("PUT", 500, 1)]
    [InlineData("PUT", 502, 1)]
    public async Task RepeatsWhatIsSafeToRepeat(string method, int status, int attempts)
    {
        using var server = new CannedServer(_ => new(status, """{"errors":["no"]}""", ("Retry-After", "0")));
        using var client = new CofferClient(new CofferOptions { Address = server.Address });
        var request = new CofferRequest(method, "x") { Body = method == "PUT" ? "{}"u8.ToArray() : null };
        CofferException refusal = await Assert.ThrowsAsync<CofferException>(() => client.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal((status, attempts), (refusal.StatusCode, server.Requests.Count));
    }

    [Fact]
    public async Task ASealedServerIsNotAskedAgain()
    {
        using var server = new CannedServer(_ => new(503, """{"errors":["Vault is sealed"]}"""));
        using var client = new CofferClient(new CofferOptions { Address = server.Address });
        CofferException refusal = await Assert.ThrowsAsync<CofferException>(() => client.ReadAsync("x", TestContext.Current.CancellationToken));
        Assert.True(refusal.IsSealed);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task WaitsAsLongAsItIsTold()
    {
        int asked = 0;
        using var server = new CannedServer(_ => Interlocked.Increment(ref asked) == 1 ? new(429, "", ("Retry-After", "1")) : new(204));
        using var client = new CofferClient(new CofferOptions { Address = server.Address });
        var clock = Stopwatch.StartNew();
        await client.WriteAsync("x", [], TestContext.Current.CancellationToken);
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(950), TimeSpan.FromSeconds(20));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task ASlowServerIsGivenUp()
    {
        using var server = new CannedServer(_ =>
        {
            Thread.Sleep(400);
            return new(204);
        });
        using var client = new CofferClient(new CofferOptions { Address = server.Address, Timeout = TimeSpan.FromMilliseconds(50) });
        CofferException failure = await Assert.ThrowsAsync<CofferException>(() => client.ReadAsync("x", TestContext.Current.CancellationToken));
        Assert.True(failure.IsUnreachable);
        Assert.IsType<TimeoutException>(failure.InnerException);
    }
}
