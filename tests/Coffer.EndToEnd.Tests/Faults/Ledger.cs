using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>
/// Concurrent writers that note what was acknowledged to them, and a check that all of it is there and nothing is torn: every version of a
/// secret holds its own number twice, every token works, every revoked token stays revoked.
/// </summary>
internal sealed class Ledger(CofferProcess server, int writers)
{
    private readonly long[] acknowledged = new long[writers];
    private readonly long[] attempted = new long[writers];
    private readonly ConcurrentQueue<string> alive = [];
    private readonly ConcurrentQueue<string> revoked = [];
    private int aliveSeen;
    private int revokedSeen;

    public long Acknowledged => acknowledged.Sum() + alive.Count + revoked.Count;

    /// <summary>Refusals seen while writing, and the statuses that they had.</summary>
    public ConcurrentDictionary<HttpStatusCode, string> Refusals { get; } = [];

    /// <summary>Writes until cancelled; an answer that never came is neither acknowledged nor refused.</summary>
    public async Task WriteAsync(CancellationToken stop) =>
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(() => WriteAsync(w, stop), CancellationToken.None)));

    /// <summary>All secrets, and the tokens since the last time.</summary>
    public async Task VerifyAsync()
    {
        for (var writer = 0; writer < writers; writer++)
            await VerifySecretAsync(writer);
        await VerifyTokensAsync(alive.Skip(aliveSeen), HttpStatusCode.OK);
        await VerifyTokensAsync(revoked.Skip(revokedSeen), HttpStatusCode.Forbidden);
        (aliveSeen, revokedSeen) = (alive.Count, revoked.Count);
    }

    /// <summary>The same, of every token since the beginning.</summary>
    public Task VerifyAllAsync()
    {
        (aliveSeen, revokedSeen) = (0, 0);
        return VerifyAsync();
    }

    private async Task WriteAsync(int writer, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!await WriteSecretAsync(writer, stop) || !await WriteTokensAsync(stop))
                    await Task.Delay(20, CancellationToken.None);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<bool> WriteSecretAsync(int writer, CancellationToken stop)
    {
        var number = ++attempted[writer];
        var data = new JsonObject { ["number"] = number, ["again"] = $"{number}", ["padding"] = new string('x', 200) };
        var answer = await server.Root.WriteAsync($"ledger/{writer}", data, cancel: stop);
        if (answer.IsSuccess)
            acknowledged[writer] = number;
        return Noted(answer);
    }

    private async Task<bool> WriteTokensAsync(CancellationToken stop)
    {
        var made = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var grant = new JsonObject { ["policies"] = new JsonArray("default"), ["ttl"] = "1h" };
            var answer = await server.Root.PostAsync("auth/token/create", grant, stop);
            if (!Noted(answer))
                return false;
            made.Add(answer.String("auth.client_token"));
        }
        alive.Enqueue(made[0]);
        var revocation = await server.Root.PostAsync("auth/token/revoke", new JsonObject { ["token"] = made[1] }, stop);
        if (revocation.IsSuccess)
            revoked.Enqueue(made[1]);
        return Noted(revocation);
    }

    private async Task VerifySecretAsync(int writer)
    {
        if (acknowledged[writer] == 0)
            return;
        var answer = (await server.Root.ReadAsync($"ledger/{writer}")).OrThrow();
        var number = answer.At("data.data.number").GetValue<long>();
        Assert.Equal($"{number}", answer.String("data.data.again"));
        Assert.InRange(number, acknowledged[writer], attempted[writer]);
        // Once verified, what is there is what counts: an unacknowledged write that arrived has to stay.
        acknowledged[writer] = number;
    }

    private async Task VerifyTokensAsync(IEnumerable<string> tokens, HttpStatusCode expected) =>
        await Parallel.ForEachAsync(tokens, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (token, _) =>
            Assert.Equal(expected, (await LookupAsync(token)).Status));

    private Task<CofferAnswer> LookupAsync(string token) =>
        server.Anonymous.SendAsync("GET", "auth/token/lookup-self", null, default, ("X-Vault-Token", token));

    private bool Noted(CofferAnswer answer)
    {
        if (!answer.IsSuccess)
            Refusals[answer.Status] = answer.Text;
        return answer.IsSuccess;
    }
}
