using System.Text;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.PostgreSql;
using Coffer.Modules.Tests.Storage;

namespace Coffer.Modules.Tests.Snapshots;

public sealed class ARestore(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    [Fact]
    public async Task BringsBackWhatWasThereAndNothingElse()
    {
        await using var vault = await TestVault.OpenAsync();
        await vault.WriteOldAsync();
        await vault.MountAsync("before", "echo");
        var snapshot = await vault.SaveAsync();
        await vault.WriteNewAsync();
        await vault.DeleteAsync("sys/mounts/before");
        await vault.MountAsync("after", "echo");
        var token = await vault.TokenAsync("""path "none" { capabilities = ["read"] }""");
        Assert.Equal(200, (await vault.ReadAsync("auth/token/lookup-self", token)).Status);

        Assert.Equal(204, (await vault.UploadAsync(SnapshotFixture.Path, snapshot)).Status);
        Assert.True(await vault.IsOldAsync());
        Assert.Equal(200, (await vault.ReadAsync("before/x")).Status);
        Assert.Equal(404, (await vault.ReadAsync("after/x")).Status);
        Assert.Equal(403, (await vault.ReadAsync("auth/token/lookup-self", token)).Status);
        Assert.Equal(204, (await vault.WriteNewAsync()).Status);
        Assert.False(await vault.IsOldAsync());
    }

    [Fact]
    public async Task KeepsTheKeysInForce()
    {
        await using var vault = await TestVault.OpenAsync();
        await vault.WriteOldAsync();
        var snapshot = await vault.SaveAsync();
        var term = (await vault.Vault.Barrier.RotateAsync()).Term;
        var nonce = (await vault.WriteAsync("sys/rekey/init", """{"secret_shares":1,"secret_threshold":1}""")).Json().Text("nonce");
        var rekey = await vault.WriteAsync("sys/rekey/update", $$"""{"key":"{{vault.UnsealKey}}","nonce":"{{nonce}}"}""");
        var key = Assert.Single(rekey.Json().GetProperty("keys").Strings());
        await vault.WriteNewAsync();

        Assert.Equal(204, (await vault.UploadAsync(SnapshotFixture.Path, snapshot)).Status);
        Assert.Equal(term, vault.Vault.Barrier.Status.Term);
        await vault.WriteAsync("sys/policies/acl/later", """{"policy":"path \"later\" { capabilities = [\"read\"] }"}""");
        await vault.Vault.SealAsync();
        await vault.UnsealAsync(key);
        Assert.True(await vault.IsOldAsync());
        Assert.Equal(200, (await vault.ReadAsync("sys/policies/acl/later")).Status);
    }

    [Fact]
    public async Task OfAnotherVaultIsRefusedUnlessForced()
    {
        await using var other = await TestVault.OpenAsync();
        await other.WriteOldAsync();
        var snapshot = await other.SaveAsync();
        await using var vault = await TestVault.OpenAsync();
        await vault.WriteNewAsync();

        var refusal = await vault.UploadAsync(SnapshotFixture.Path, snapshot);
        Assert.Equal(400, refusal.Status);
        Assert.Contains(other.Vault.Barrier.ClusterId, Assert.Single(refusal.Errors), StringComparison.Ordinal);
        Assert.False(await vault.IsOldAsync());

        var forced = await vault.UploadAsync(SnapshotFixture.Force, snapshot);
        Assert.True(forced.Json().GetProperty("sealed").GetBoolean());
        Assert.Contains("sealed", Assert.Single(forced.Warnings), StringComparison.Ordinal);
        Assert.True(vault.Vault.Barrier.IsSealed);
        Assert.Equal(503, (await vault.ReadAsync("sys/policies/acl/kept")).Status);
        await vault.UnsealAsync(other.UnsealKey);
        Assert.True(await vault.IsOldAsync());
        Assert.Equal(204, (await vault.WriteNewAsync()).Status);
        Assert.True(Directory.Exists(vault.Folder.File("audit/earlier-1/entries")));
    }

    [Fact]
    public async Task OfAVaultThatNothingCouldOpenIsRefused()
    {
        await using var other = await TestVault.OpenAsync();
        await other.Storage.CommitAsync(new Batch().Delete(SnapshotFixture.Key("core/seal")));
        await using var vault = await TestVault.OpenAsync();
        var reply = await vault.UploadAsync(SnapshotFixture.Force, await other.SaveAsync());
        Assert.Equal(400, reply.Status);
        Assert.Contains("no seal", Assert.Single(reply.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task IsInTheTrailWithTheDigestOnly()
    {
        await using var vault = await TestVault.OpenAsync();
        var snapshot = await vault.SaveAsync();
        Assert.Equal(204, (await vault.UploadAsync(SnapshotFixture.Path, snapshot)).Status);
        await vault.Vault.SealAsync();
        var entries = new StringBuilder();
        foreach (var file in Directory.GetFiles(vault.Folder.File("audit/entries"))) entries.Append(await File.ReadAllTextAsync(file));
        var lines = entries.ToString().Split('\n').Where(line => line.Contains(SnapshotFixture.Path, StringComparison.Ordinal)).ToArray();
        Assert.Contains(lines, line => line.Contains("\"sha256\":\"hmac-sha256:", StringComparison.Ordinal)
            && line.Contains($"\"bytes\":{snapshot.Length}", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("\"read\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReachesEveryNode()
    {
        var url = (await postgres.Server.CreateDatabaseAsync()).ToString();
        await using var one = await TestVault.OpenAsync(storage: await OpenAsync(url));
        await one.WriteOldAsync();
        await using var two = await TestVault.OpenAsync(storage: await OpenAsync(url), unsealKey: one.UnsealKey);
        var snapshot = await one.SaveAsync();
        await one.WriteNewAsync();
        Assert.False(await two.IsOldAsync());
        Assert.Equal(204, (await one.UploadAsync(SnapshotFixture.Path, snapshot)).Status);
        Assert.True(await two.IsOldAsync());
        Assert.Equal(204, (await two.WriteNewAsync()).Status);
        Assert.False(await one.IsOldAsync());

        await using var other = await TestVault.OpenAsync();
        await other.WriteOldAsync();
        Assert.Equal(200, (await one.UploadAsync(SnapshotFixture.Force, await other.SaveAsync())).Status);
        for (var i = 0; !two.Vault.Barrier.IsSealed && i < 50; i++) await Task.Delay(100);
        Assert.True(two.Vault.Barrier.IsSealed);
        Assert.Equal(503, (await two.ReadAsync("sys/policies/acl/kept")).Status);
        await one.UnsealAsync(other.UnsealKey);
        Assert.True(await one.IsOldAsync());
    }

    private static async Task<IStorage> OpenAsync(string url) =>
        await PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = url, MaxParallel = 12 });
}
