using System.Text.Json;
using Coffer.Core;
using Coffer.Core.Audit;
using Coffer.Core.Requests;
using Coffer.Modules.Seals.Shamir;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Modules.Tests.Seals;

public sealed class SealOverTheApi : IAsyncLifetime
{
    private readonly TempDirectory folder = new();
    private SqliteStorage storage = null!;
    private Core.Vault vault = null!;

    public async ValueTask InitializeAsync()
    {
        storage = await SqliteStorage.OpenAsync(null);
        var options = new VaultOptions
        {
            Engines = [],
            Seals = [new ShamirSeal()],
            ClusterName = "test",
            Audit = new AuditLogOptions { Directory = folder.File("audit"), Durability = AuditDurability.Write },
            AuditSinks = _ => throw new InvalidOperationException("no audit devices here"),
        };
        vault = new Core.Vault(storage, options, TimeProvider.System, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await vault.DisposeAsync();
        await storage.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task AVaultIsInitializedUnsealedAndSealed()
    {
        Assert.Equal(501, (await CallAsync(Operation.Read, "health")).Status);
        Assert.Equal(503, (await CallAsync(Operation.Read, "mounts", token: "any")).Status);
        Assert.Equal(400, (await CallAsync(Operation.Update, "unseal", """{"key":"abcd"}""")).Status);
        var (keys, root) = await StartAsync(3, 2);
        Assert.Equal(200, (await CallAsync(Operation.Read, "health")).Status);
        Assert.Equal(299, (await CallAsync(Operation.Read, "health", query: ("activecode", "299"))).Status);
        Assert.Equal("test", Json(await CallAsync(Operation.Read, "seal-status")).GetProperty("cluster_name").GetString());
        Assert.Equal(403, (await CallAsync(Operation.Update, "seal")).Status);
        Assert.Equal(204, (await CallAsync(Operation.Update, "seal", token: root)).Status);
        Assert.True(vault.Barrier.IsSealed);
        Assert.Equal(503, (await CallAsync(Operation.Read, "health")).Status);
        await UnsealAsync(keys.Skip(1));
        Assert.Equal(200, (await CallAsync(Operation.Read, "key-status", token: root)).Status);
    }

    [Fact]
    public async Task TheKeyIsRotated()
    {
        var (_, root) = await StartAsync(1, 1);
        Assert.Equal(403, (await CallAsync(Operation.Update, "rotate")).Status);
        Assert.Equal(204, (await CallAsync(Operation.Update, "rotate", token: root)).Status);
        Assert.Equal(2, Json(await CallAsync(Operation.Read, "key-status", token: root)).GetProperty("term").GetInt32());
        Assert.Equal(400, (await CallAsync(Operation.Update, "rotate/config", """{"interval":"1h"}""", root)).Status);
        Assert.Equal(204, (await CallAsync(Operation.Update, "rotate/config", """{"interval":"48h"}""", root)).Status);
        Assert.Equal(172800, Json(await CallAsync(Operation.Read, "rotate/config", token: root)).GetProperty("interval").GetInt32());
    }

    [Fact]
    public async Task ARootTokenIsGenerated()
    {
        var (keys, root) = await StartAsync(3, 2);
        var start = Json(await CallAsync(Operation.Update, "generate-root/attempt", "{}"));
        var nonce = start.GetProperty("nonce").GetString();
        var otp = start.GetProperty("otp").GetString()!;
        Assert.Equal(400, (await CallAsync(Operation.Update, "generate-root/attempt", "{}")).Status);
        Assert.Equal("", Json(await CallAsync(Operation.Read, "generate-root/attempt")).GetProperty("nonce").GetString());
        Assert.Equal(nonce, Json(await CallAsync(Operation.Read, "generate-root/attempt", token: root)).GetProperty("nonce").GetString());
        Assert.Equal(400, (await CallAsync(Operation.Update, "generate-root/update", Share(keys[0], "wrong"))).Status);
        await CallAsync(Operation.Update, "generate-root/update", Share(keys[0], nonce));
        var last = Json(await CallAsync(Operation.Update, "generate-root/update", Share(keys[2], nonce)));
        Assert.True(last.GetProperty("complete").GetBoolean());
        var encoded = last.GetProperty("encoded_token").GetString()!;
        var bytes = Convert.FromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='));
        var token = new string([.. bytes.Select((value, i) => (char)(value ^ otp[i]))]);
        Assert.Equal(200, (await CallAsync(Operation.Read, "key-status", token: token)).Status);
    }

    [Fact]
    public async Task Cve20265807CancelNeedsTheNonceOrSudo()
    {
        var (_, root) = await StartAsync(1, 1);
        foreach (var (path, start) in new[] { ("generate-root/attempt", "{}"), ("rekey/init", """{"secret_shares":1,"secret_threshold":1}""") })
        {
            var nonce = Json(await CallAsync(Operation.Update, path, start)).GetProperty("nonce").GetString()!;
            Assert.Equal(400, (await CallAsync(Operation.Delete, path)).Status);
            Assert.Equal(400, (await CallAsync(Operation.Delete, path, query: ("nonce", "wrong"))).Status);
            Assert.True(Json(await CallAsync(Operation.Read, path)).GetProperty("started").GetBoolean());
            Assert.Equal(204, (await CallAsync(Operation.Delete, path, query: ("nonce", nonce))).Status);
            await CallAsync(Operation.Update, path, start);
            Assert.Equal(204, (await CallAsync(Operation.Delete, path, token: root)).Status);
            Assert.False(Json(await CallAsync(Operation.Read, path)).GetProperty("started").GetBoolean());
        }
    }

    [Fact]
    public async Task ARekeyEndsTheOldSharesOnceTheNewAreVerified()
    {
        var (keys, root) = await StartAsync(3, 2);
        var start = Json(await CallAsync(
            Operation.Update, "rekey/init", """{"secret_shares":2,"secret_threshold":2,"require_verification":true}"""));
        var nonce = start.GetProperty("nonce").GetString();
        await CallAsync(Operation.Update, "rekey/update", Share(keys[0], nonce));
        var made = Json(await CallAsync(Operation.Update, "rekey/update", Share(keys[1], nonce)));
        var shares = made.GetProperty("keys").EnumerateArray().Select(share => share.GetString()!).ToList();
        var verification = made.GetProperty("verification_nonce").GetString();

        // Not verified yet: the old shares still open.
        await CallAsync(Operation.Update, "rekey/verify", Share(keys[0], verification));
        Assert.Equal(400, (await CallAsync(Operation.Update, "rekey/verify", Share(keys[1], verification))).Status);
        verification = Json(await CallAsync(Operation.Read, "rekey/verify", token: root)).GetProperty("nonce").GetString();
        await CallAsync(Operation.Update, "rekey/verify", Share(shares[0], verification));
        Assert.True(Json(await CallAsync(Operation.Update, "rekey/verify", Share(shares[1], verification))).GetProperty("complete").GetBoolean());

        await CallAsync(Operation.Update, "seal", token: root);
        await CallAsync(Operation.Update, "unseal", Share(keys[0], null));
        Assert.Equal(400, (await CallAsync(Operation.Update, "unseal", Share(shares[1], null))).Status);
        await CallAsync(Operation.Update, "unseal", Share(keys[0], null));
        Assert.Equal(400, (await CallAsync(Operation.Update, "unseal", Share(keys[1], null))).Status);
        await UnsealAsync(shares);
        Assert.Equal(200, (await CallAsync(Operation.Read, "key-status", token: root)).Status);
    }

    [Fact]
    public async Task PgpIsRefusedAndNotIgnored()
    {
        var init = await CallAsync(Operation.Update, "init", """{"secret_shares":1,"secret_threshold":1,"pgp_keys":["a"]}""");
        Assert.Equal(400, init.Status);
        Assert.Contains("pgp_keys", init.Errors[0], StringComparison.Ordinal);
        await StartAsync(1, 1);
        Assert.Equal(400, (await CallAsync(Operation.Update, "generate-root/attempt", """{"pgp_key":"a"}""")).Status);
        Assert.Equal(400, (await CallAsync(
            Operation.Update, "rekey/init", """{"secret_shares":1,"secret_threshold":1,"pgp_keys":"a"}""")).Status);
    }

    private static string Share(string key, string? nonce) => $$"""{"key":"{{key}}","nonce":"{{nonce}}"}""";

    private static JsonElement Json(Reply reply)
    {
        Assert.Empty(reply.Errors);
        return JsonElement.Parse(reply.Data.Span);
    }

    private async Task<(List<string> Keys, string Root)> StartAsync(int shares, int threshold)
    {
        var made = Json(await CallAsync(Operation.Update, "init", $$"""{"secret_shares":{{shares}},"secret_threshold":{{threshold}}}"""));
        var keys = made.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!).ToList();
        await UnsealAsync(keys.Take(threshold));
        return (keys, made.GetProperty("root_token").GetString()!);
    }

    private async Task UnsealAsync(IEnumerable<string> keys)
    {
        JsonElement status = default;
        foreach (var key in keys)
            status = Json(await CallAsync(Operation.Update, "unseal", Share(key, null)));
        Assert.False(status.GetProperty("sealed").GetBoolean());
    }

    private async Task<Reply> CallAsync(
        Operation operation, string path, string body = "", string? token = null, (string Name, string Value)? query = null) =>
        await vault.Pipeline.HandleAsync(
            new Request
            {
                Id = Ids.Uuid(),
                Operation = operation,
                Path = "sys/" + path,
                Body = System.Text.Encoding.UTF8.GetBytes(body),
                Token = token,
                Query = query is { } pair ? [new(pair.Name, pair.Value)] : [],
            },
            CancellationToken.None);
}
