using System.Text.Json.Nodes;
using Coffer.Bench.Load;
using Coffer.TestKit;

namespace Coffer.Bench;

/// <summary>One operation under load: what is there beforehand, and the request that is repeated.</summary>
internal sealed record Scenario(
    string Name, bool Writes, string Method, string Path, string? Body, Func<CofferApi, Task> PrepareAsync)
{
    private const string ManyKeys = "secret/metadata/many";
    private const int ManyCount = 10_000;

    /// <summary>What the load's own token may do; it is not root.</summary>
    public const string Policy = """
        path "secret/*"           { capabilities = ["create", "read", "update", "list"] }
        path "auth/token/create"  { capabilities = ["update"] }
        """;

    private const string Secret =
        $$$"""{"data":{"username":"application","password":"{{{PreparedRequest.Counter}}}","host":"db.example"}}""";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("kv read", false, "GET", "secret/data/bench/app", null, api => PutAsync(api, "secret/data/bench/app", Secret)),
        new("cubbyhole read", false, "GET", "cubbyhole/app", null, api => PutAsync(api, "cubbyhole/app", """{"password":"0123456789abcdef"}""")),
        new("token lookup-self", false, "GET", "auth/token/lookup-self", null, Nothing),
        new("list of 10,000", false, "GET", ManyKeys + "?list=true", null, PrepareManyAsync),
        new("kv write", true, "POST", $"secret/data/bench/{PreparedRequest.Key}", Secret, Nothing),
        new("token create", true, "POST", "auth/token/create",
            $$"""{"policies":["default"],"ttl":"1h","display_name":"{{PreparedRequest.Counter}}"}""", Nothing),
    ];

    public IReadOnlyList<PreparedRequest> Requests(string token, int connections) =>
        [.. Enumerable.Range(0, connections).Select(c => new PreparedRequest(Method, "/v1/" + Path, token, Body, c))];

    /// <summary>A token of <see cref="Policy"/>, with what the scenario needs in place.</summary>
    public async Task<CofferApi> PrepareOnAsync(CofferProcess server)
    {
        (await server.Root.PutAsync("sys/policies/acl/bench", new JsonObject { ["policy"] = Policy })).OrThrow();
        var grant = new JsonObject { ["policies"] = new JsonArray("bench"), ["ttl"] = "24h" };
        var api = server.Api((await server.Root.PostAsync("auth/token/create", grant)).OrThrow().String("auth.client_token"));
        await PrepareAsync(api);
        return api;
    }

    private static Task Nothing(CofferApi api) => Task.CompletedTask;

    private static async Task PutAsync(CofferApi api, string path, string body) => (await api.PostAsync(path, JsonNode.Parse(body))).OrThrow();

    private static async Task PrepareManyAsync(CofferApi api) =>
        await Parallel.ForEachAsync(Enumerable.Range(0, ManyCount), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
            await PutAsync(api, $"secret/data/many/secret-{i:D5}", """{"data":{"a":"b"}}"""));
}
