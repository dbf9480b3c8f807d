using System.Security.Cryptography;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>Kill -9 while many write: whatever was acknowledged is there afterwards, whole, and the audit log verifies.</summary>
public sealed class KilledServer
{
    private const int Writers = 8;

    [Fact]
    public Task LosesNothingThatItAcknowledged() => RunAsync(CofferOptions.Sqlite, rounds: 3);

    [Fact]
    [Trait("Long", "yes")]
    public Task LosesNothingInManyRounds() => RunAsync(CofferOptions.Sqlite, rounds: 60);

    [Fact]
    [Trait("Long", "yes")]
    public async Task LosesNothingInManyRoundsOnPostgreSql()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await RunAsync(CofferOptions.Sqlite with { Postgres = await postgres.CreateDatabaseAsync() }, rounds: 30);
    }

    private static async Task RunAsync(CofferOptions options, int rounds)
    {
        await using var server = await CofferProcess.StartAsync(options);
        using var trail = await AuditTrail.RememberAsync(server);
        var ledger = new Ledger(server, Writers);
        for (var round = 0; round < rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var writing = ledger.WriteAsync(stop.Token);
            await Task.Delay(RandomNumberGenerator.GetInt32(50, 500), CancellationToken.None);
            await server.KillAsync();
            await stop.CancelAsync();
            await writing;
            await server.StartAgainAsync();
            await ledger.VerifyAsync();
        }
        await ledger.VerifyAllAsync();
        Assert.True(ledger.Acknowledged > rounds, "hardly anything was written");
        Assert.Empty(ledger.Refusals);
        await server.StopAsync();
        await trail.VerifyAsync(server.AuditDirectory);
    }
}
