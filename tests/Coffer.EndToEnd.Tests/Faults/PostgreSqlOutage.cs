using System.Net;
using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>PostgreSQL goes away under load and comes back.</summary>
public sealed class PostgreSqlOutage
{
    [Fact]
    public async Task IsReportedAndHealsWithoutLosingWhatWasAcknowledged()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var server = await CofferProcess.StartAsync(CofferOptions.Sqlite with { Postgres = await postgres.CreateDatabaseAsync() });
        var ledger = new Ledger(server, writers: 8);
        using var stop = new CancellationTokenSource();
        var writing = ledger.WriteAsync(stop.Token);
        await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);

        await postgres.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(1.5), CancellationToken.None);
        var refusal = await server.Root.WriteAsync("during", new JsonObject { ["a"] = "1" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        Assert.NotEmpty(refusal.At("errors").AsArray());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Root.ReadAsync("never-read")).Status);
        (await server.Anonymous.GetAsync("sys/seal-status")).OrThrow();

        await postgres.StartAgainAsync();
        await Eventually.HoldsAsync(async () => (await server.Root.WriteAsync("after", new JsonObject { ["a"] = "1" })).IsSuccess);
        await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
        await stop.CancelAsync();
        await writing;
        Assert.True(ledger.Acknowledged > 50, $"only {ledger.Acknowledged} writes were acknowledged");
        Assert.All(ledger.Refusals, r => Assert.True(r.Key == HttpStatusCode.ServiceUnavailable, $"{(int)r.Key} {r.Value}"));
        await ledger.VerifyAsync();
    }
}
