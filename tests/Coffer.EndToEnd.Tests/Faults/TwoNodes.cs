using System.Net;
using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>Two nodes on one PostgreSQL, both serving reads and writes.</summary>
public sealed class TwoNodes(TwoNodes.Cluster cluster) : IClassFixture<TwoNodes.Cluster>
{
    private const int Rounds = 25;

    private CofferApi[] Roots => [cluster.First.Root, cluster.Second.Root];

    [Fact]
    public async Task OneWriterWinsEachRaceForAVersion()
    {
        for (var version = 0; version < Rounds; version++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
                Roots[i % 2].WriteAsync("race", new JsonObject { ["winner"] = i }, cas: version)));
            var winner = Assert.Single(answers.Index(), a => a.Item.IsSuccess);
            Assert.All(answers.Where(a => !a.IsSuccess), a => Assert.Equal(HttpStatusCode.BadRequest, a.Status));
            var read = (await Roots[(winner.Index + 1) % 2].GetAsync($"secret/data/race?version={version + 1}")).OrThrow();
            Assert.Equal(winner.Index, read.At("data.data.winner").GetValue<int>());
        }
    }

    [Fact]
    public async Task ATokenRevokedOnOneIsRefusedByTheOtherOnceThatIsAcknowledged()
    {
        for (var i = 0; i < Rounds; i++)
        {
            var token = await Roots[i % 2].TokenAsync();
            var elsewhere = cluster.Nodes[(i + 1) % 2].Api(token);
            await Eventually.HoldsAsync(async () => (await elsewhere.GetAsync("auth/token/lookup-self")).IsSuccess, seconds: 3);
            (await Roots[i % 2].PostAsync("auth/token/revoke", new JsonObject { ["token"] = token })).OrThrow();
            Assert.Equal(HttpStatusCode.Forbidden, (await elsewhere.GetAsync("auth/token/lookup-self")).Status);
        }
    }

    [Fact]
    public async Task APolicyChangedOnOneIsObeyedByTheOtherOnceThatIsAcknowledged()
    {
        (await Roots[0].WriteAsync("ruled", new JsonObject { ["a"] = "1" })).OrThrow();
        await Roots[0].PolicyAsync("ruled", """path "secret/data/ruled" { capabilities = ["read"] }""");
        var token = await Roots[0].TokenAsync("ruled");
        var elsewhere = cluster.Second.Api(token);
        await Eventually.HoldsAsync(async () => (await elsewhere.ReadAsync("ruled")).IsSuccess, seconds: 3);
        for (var i = 0; i < Rounds; i++)
        {
            var allowed = i % 2 == 1;
            var capability = allowed ? "read" : "deny";
            await Roots[0].PolicyAsync("ruled", $$"""path "secret/data/ruled" { capabilities = ["{{capability}}"] }""");
            var answer = await elsewhere.ReadAsync("ruled");
            Assert.True(answer.Status == (allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden), $"{i}: {(int)answer.Status} {answer.Text}");
        }
    }

    [Fact]
    public async Task AMountMadeOrRemovedOnOneIsKnownToTheOtherOnceThatIsAcknowledged()
    {
        for (var i = 0; i < Rounds; i++)
        {
            (await Roots[i % 2].PostAsync("sys/mounts/both", new JsonObject { ["type"] = "kv" })).OrThrow();
            (await Roots[(i + 1) % 2].PostAsync("both/x", new JsonObject { ["a"] = "1" })).OrThrow();
            (await Roots[i % 2].DeleteAsync("sys/mounts/both")).OrThrow();
            Assert.Equal(HttpStatusCode.NotFound, (await Roots[(i + 1) % 2].GetAsync("both/x")).Status);
        }
    }

    [Fact]
    public async Task AChildMadeWhileItsParentIsRevokedDoesNotOutliveIt()
    {
        await Roots[0].PolicyAsync("parent", """path "auth/token/create" { capabilities = ["update"] }""");
        for (var i = 0; i < Rounds; i++)
        {
            var parent = await Roots[0].TokenAsync("parent");
            var elsewhere = cluster.Second.Api(parent);
            await Eventually.HoldsAsync(async () => (await elsewhere.GetAsync("auth/token/lookup-self")).IsSuccess, seconds: 3);
            var making = Enumerable.Range(0, 4).Select(_ =>
                elsewhere.PostAsync("auth/token/create", new JsonObject { ["policies"] = new JsonArray("default") })).ToList();
            var revocation = await Roots[0].PostAsync("auth/token/revoke", new JsonObject { ["token"] = parent });
            revocation.OrThrow();
            foreach (var made in await Task.WhenAll(making))
                if (made.IsSuccess)
                    foreach (var node in cluster.Nodes)
                    {
                        var child = await node.Api(made.String("auth.client_token")).GetAsync("auth/token/lookup-self");
                        Assert.Equal(HttpStatusCode.Forbidden, child.Status);
                    }
        }
    }

    [Fact]
    public async Task AnOneTimePasswordIsAcceptedOnceByBothTogether()
    {
        (await Roots[0].PostAsync("sys/mounts/otp", new JsonObject { ["type"] = "ssh" })).OrThrow();
        var role = new JsonObject { ["key_type"] = "otp", ["default_user"] = "ubuntu", ["cidr_list"] = "10.0.0.0/8" };
        (await Roots[0].PostAsync("otp/roles/host", role)).OrThrow();
        for (var i = 0; i < Rounds; i++)
        {
            var made = (await Roots[i % 2].PostAsync("otp/creds/host", new JsonObject { ["ip"] = "10.1.2.3" })).OrThrow();
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n =>
                cluster.Nodes[n % 2].Anonymous.PostAsync("otp/verify", new JsonObject { ["otp"] = made.String("data.key") })));
            Assert.Single(answers, a => a.IsSuccess);
        }
    }

    [Fact]
    public async Task ALimitedTokenIsUsedNoMoreOftenThanItMayByBothTogether()
    {
        for (var i = 0; i < 5; i++)
        {
            const int Uses = 4;
            var grant = new JsonObject { ["policies"] = new JsonArray("default"), ["num_uses"] = Uses };
            var token = (await Roots[0].PostAsync("auth/token/create", grant)).OrThrow().String("auth.client_token");
            var apis = cluster.Nodes.Select(n => n.Api(token)).ToArray();
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => apis[n % 2].GetAsync("auth/token/lookup-self")));
            Assert.InRange(answers.Count(a => a.IsSuccess), 1, Uses);
        }
    }

    [Fact]
    public async Task WhatOneWroteTheOtherReadsWithinASecond()
    {
        for (var i = 1; i <= Rounds; i++)
        {
            var number = i;
            (await Roots[i % 2].WriteAsync("followed", new JsonObject { ["number"] = number })).OrThrow();
            await Eventually.HoldsAsync(
                async () => (await Roots[(number + 1) % 2].ReadAsync("followed")) is { IsSuccess: true } read
                    && read.At("data.data.number").GetValue<int>() == number,
                seconds: 1);
        }
    }

    /// <summary>Both nodes and their PostgreSQL, for all tests of the class.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        private PostgresServer? postgres;

        public List<CofferProcess> Nodes { get; } = [];

        public CofferProcess First => Nodes[0];

        public CofferProcess Second => Nodes[1];

        public async ValueTask InitializeAsync()
        {
            postgres = await PostgresServer.StartAsync();
            var options = CofferOptions.Sqlite with { Postgres = await postgres.CreateDatabaseAsync() };
            Nodes.Add(await CofferProcess.StartAsync(options));
            Nodes.Add(await CofferProcess.StartAsync(options with { UnsealKeys = First.UnsealKeys }));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var node in Nodes)
                await node.DisposeAsync();
            if (postgres is not null)
                await postgres.DisposeAsync();
        }
    }
}
