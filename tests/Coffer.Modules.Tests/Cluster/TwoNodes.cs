using System.Diagnostics;
using Coffer.Core.Mounts;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.PostgreSql;
using Coffer.Modules.Tests.Storage;

namespace Coffer.Modules.Tests.Cluster;

/// <summary>Two vaults on one database, each with its own caches and connections. What one has acknowledged, the other obeys.</summary>
public sealed class TwoNodes(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private const int Rounds = 10;
    private readonly Lender lender = new();

    private IReadOnlyList<EngineType> Engines => [.. BuiltIn.Engines, lender.Type];

    [Fact]
    public async Task OneWriterWinsEachRaceForAVersion()
    {
        await using var pair = await OpenAsync();
        Assert.Equal(204, (await pair.A.WriteAsync("sys/mounts/secret", """{"type":"kv","options":{"version":"2"}}""")).Status);
        for (var version = 0; version < Rounds; version++)
        {
            var cas = version;
            var answers = await Steps.RaceAsync(8, i =>
                pair[i].WriteAsync("secret/data/x", $$"""{"options":{"cas":{{cas}} },"data":{"n":"{{i}}"} }"""));
            var (index, _) = Assert.Single(answers.Index(), a => a.Item.Status == 200);
            Assert.Equal($"{index}", (await pair[index + 1].ReadAsync($"secret/data/x?version={version + 1}")).Json().GetProperty("data").Text("n"));
        }
    }

    [Fact]
    public async Task ARevokedTokenAndItsTreeAreRefusedByBothOnceThatIsAcknowledged()
    {
        await using var pair = await OpenAsync();
        var maker = await pair.A.TokenAsync(Steps.Everything);
        for (var i = 0; i < Rounds; i++)
        {
            var parent = await pair.A.ChildAsync(maker);
            var child = await pair.A.ChildAsync(parent);
            var grandchild = await pair.A.ChildAsync(child);
            foreach (var token in (string[])[parent, child, grandchild])
            {
                await Eventually.HoldsAsync(() => pair.A.AcceptsAsync(token));
                await Eventually.HoldsAsync(() => pair.B.AcceptsAsync(token));
            }
            Assert.Equal(204, (await pair[i].WriteAsync("auth/token/revoke", $$"""{"token":"{{parent}}"}""")).Status);
            foreach (var token in (string[])[grandchild, child, parent]) Assert.False(await pair[i + 1].AcceptsAsync(token));
        }
    }

    [Fact]
    public async Task TokensRevokedByPrefixAreRefusedByBothOnceThatIsAcknowledged()
    {
        await using var pair = await OpenAsync();
        await pair.A.WriteAsync("auth/token/roles/ci", """{"allowed_policies":["default"],"orphan":true,"path_suffix":"jobs"}""");
        for (var i = 0; i < Rounds; i++)
        {
            var token = (await pair.A.CreateAsync(path: "auth/token/create/ci")).ClientToken;
            await Eventually.HoldsAsync(() => pair.A.AcceptsAsync(token));
            await Eventually.HoldsAsync(() => pair.B.AcceptsAsync(token));
            Assert.Equal(204, (await pair[i].WriteAsync("sys/leases/revoke-prefix/auth/token/create/ci")).Status);
            Assert.False(await pair[i + 1].AcceptsAsync(token));
        }
    }

    [Fact]
    public async Task AChangedPolicyIsObeyedByBothOnceThatIsAcknowledged()
    {
        await using var pair = await OpenAsync();
        await pair.A.MountAsync("secret", "kv");
        await pair.A.WriteAsync("secret/x", """{"a":"1"}""");
        await pair.A.WriteAsync("sys/policies/acl/ruled", Policy("read"));
        var token = (await pair.A.CreateAsync("""{"policies":["ruled"]}""")).ClientToken;
        await Eventually.HoldsAsync(async () => (await pair.B.ReadAsync("secret/x", token)).Status == 200);
        for (var i = 0; i < Rounds; i++)
        {
            var allowed = i % 2 == 1;
            Assert.Equal(204, (await pair[i].WriteAsync("sys/policies/acl/ruled", Policy(allowed ? "read" : "deny"))).Status);
            Assert.Equal(allowed ? 200 : 403, (await pair[i + 1].ReadAsync("secret/x", token)).Status);
        }

        static string Policy(string capability) => $$"""{"policy":"path \"secret/x\" { capabilities = [\"{{capability}}\"] }"}""";
    }

    [Fact]
    public async Task AMountIsKnownToBothOnceThatIsAcknowledged()
    {
        await using var pair = await OpenAsync();
        for (var i = 0; i < Rounds; i++)
        {
            await pair[i].MountAsync("both", "kv");
            Assert.Equal(204, (await pair[i + 1].WriteAsync("both/x", """{"a":"1"}""")).Status);
            Assert.Equal(204, (await pair[i].DeleteAsync("sys/mounts/both")).Status);
            Assert.Equal(404, (await pair[i + 1].ReadAsync("both/x")).Status);
        }
        Assert.Equal(0, await pair.A.CountAsync("core/sweep/"));
    }

    [Fact]
    public async Task AChildOrLeaseMadeOnOneWhileItsTokenIsRevokedOnTheOtherIsEnded()
    {
        await using var pair = await OpenAsync();
        var maker = await pair.A.TokenAsync(Steps.Everything);
        for (var i = 0; i < Rounds; i++)
        {
            var parent = await pair.A.ChildAsync(maker);
            await Eventually.HoldsAsync(() => pair.B.AcceptsAsync(parent));
            var answers = await Steps.RaceAsync(9, n => n switch
            {
                0 => pair.A.WriteAsync("auth/token/revoke", $$"""{"token":"{{parent}}"}"""),
                < 5 => pair.B.WriteAsync("auth/token/create", "", parent),
                _ => pair.B.ReadAsync("lender/lend/loan", parent),
            });
            Assert.Equal(204, answers[0].Status);
            foreach (var made in answers.Where(a => a.AuthBlock is not null))
            {
                Assert.False(await pair.A.AcceptsAsync(made.AuthBlock!.ClientToken));
                Assert.False(await pair.B.AcceptsAsync(made.AuthBlock.ClientToken));
            }
        }
        Assert.Equal(0, await pair.A.LeasesAsync());
    }

    [Fact]
    public async Task AnOneTimePasswordIsGoodOnceForBothTogether()
    {
        await using var pair = await OpenAsync();
        await pair.A.MountAsync("ssh", "ssh");
        Assert.Equal(204, (await pair.A.WriteAsync("ssh/roles/r", """{"key_type":"otp","default_user":"ubuntu","cidr_list":"10.0.0.0/8"}""")).Status);
        for (var i = 0; i < Rounds; i++)
        {
            var otp = (await pair[i].WriteAsync("ssh/creds/r", """{"ip":"10.1.2.3"}""")).Json().Text("key");
            var answers = await Steps.RaceAsync(8, n => pair[n].WriteAsync("ssh/verify", $$"""{"otp":"{{otp}}"}""", token: null));
            Assert.Single(answers, a => a.Status == 200);
        }
    }

    [Fact]
    public async Task AWrappedReplyAndALimitedTokenAreUsedUpByBothTogether()
    {
        await using var pair = await OpenAsync();
        for (var i = 0; i < Rounds; i++)
        {
            var wrap = (await pair.A.SendAsync(Core.Requests.Operation.Update, "sys/wrapping/wrap", """{"a":"1"}""", wrap: TimeSpan.FromHours(1))).Wrap!;
            var unwrapped = await Steps.RaceAsync(16, n => pair[n].WriteAsync("sys/wrapping/unwrap", $$"""{"token":"{{wrap.Token}}"}"""));
            Assert.Single(unwrapped, a => a.Status == 200);
            var token = (await pair.A.CreateAsync("""{"num_uses":5,"policies":["default"]}""")).ClientToken;
            var used = await Steps.RaceAsync(16, n => pair[n].ReadAsync("auth/token/lookup-self", token));
            Assert.Equal(5, used.Count(a => a.Status == 200));
        }
    }

    [Fact]
    public async Task ANodeWhoseLinkIsCutAnswers503AndHoldsNobodyUp()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        await using var a = await TestVault.OpenAsync(engines: Engines, storage: await ConnectAsync(database));
        await a.MountAsync("secret", "kv");
        await a.WriteAsync("secret/x", """{"a":"1"}""");
        var proxy = new CuttingProxy(database.Port);
        await using var b = await a.JoinAsync(await ConnectAsync(new UriBuilder(database) { Port = proxy.Port }.Uri), Engines);
        Assert.Equal(200, (await b.ReadAsync("secret/x")).Status);
        await proxy.DisposeAsync();
        await Task.Delay(1100);
        for (var i = 0; i < 3; i++) Assert.Equal(503, (await b.ReadAsync("secret/x")).Status);
        var time = Stopwatch.StartNew();
        Assert.Equal(204, (await a.WriteAsync("sys/policies/acl/p", """{"policy":"path \"x\" { capabilities = [\"deny\"] }"}""")).Status);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    private static async Task<IStorage> ConnectAsync(Uri database) =>
        await PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = database.ToString(), MaxParallel = 8 });

    private async Task<Pair> OpenAsync()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        var first = await lender.WithLenderAsync(storage: await ConnectAsync(database));
        return new Pair(first, await first.JoinAsync(await ConnectAsync(database), Engines));
    }

    private sealed record Pair(TestVault A, TestVault B) : IAsyncDisposable
    {
        public TestVault this[int i] => i % 2 == 0 ? A : B;

        public async ValueTask DisposeAsync()
        {
            await B.DisposeAsync();
            await A.DisposeAsync();
        }
    }
}
