using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Coffer.Core.Tokens;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Modules.Tests;

/// <summary>What many tests do with a vault.</summary>
internal static class Steps
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What a token needs that makes children and borrows.</summary>
    public const string Everything = """
        path "auth/token/*" { capabilities = ["create", "update", "sudo"] }
        path "lender/*" { capabilities = ["read", "update"] }
        path "sys/leases/*" { capabilities = ["update"] }
        """;

    /// <summary>A vault with a lender mounted at <c>lender/</c>, beside the engines that are built in.</summary>
    public static async Task<TestVault> WithLenderAsync(this Lender lender, TimeProvider? clock = null, IStorage? storage = null)
    {
        var vault = await TestVault.OpenAsync(clock, [.. BuiltIn.Engines, lender.Type], storage);
        await vault.MountAsync("lender", "lender");
        return vault;
    }

    public static FakeTimeProvider Clock() => new(Start);

    public static async Task<AuthBlock> CreateAsync(this TestVault vault, string body = "", string? token = TestVault.Root, string path = "auth/token/create")
    {
        var reply = await vault.WriteAsync(path, body, token);
        Assert.False(reply.IsRefusal, $"{reply.Status} {string.Join("; ", reply.Errors)}");
        return reply.AuthBlock!;
    }

    public static async Task<string> ChildAsync(this TestVault vault, string parent, string body = "") =>
        (await vault.CreateAsync(body, parent)).ClientToken;

    /// <summary>Whether a token (which has the default policy) may be used.</summary>
    public static async Task<bool> AcceptsAsync(this TestVault vault, string token)
    {
        var status = (await vault.ReadAsync("auth/token/lookup-self", token)).Status;
        Assert.True(status is 200 or 403, $"{status}");
        return status == 200;
    }

    /// <summary>Borrows; the lease's id.</summary>
    public static async Task<string> BorrowAsync(this TestVault vault, string what, string? token = TestVault.Root)
    {
        var reply = await vault.ReadAsync($"lender/lend/{what}", token);
        Assert.False(reply.IsRefusal, $"{reply.Status} {string.Join("; ", reply.Errors)}");
        return reply.LeaseBlock!.Id;
    }

    public static Task<long> CountAsync(this TestVault vault, string prefix) => vault.Storage.CountAsync(NamespaceId.Root, prefix).AsTask();

    public static Task<long> LeasesAsync(this TestVault vault) => vault.CountAsync("lease/");

    public static Task<long> TokensAsync(this TestVault vault) => vault.CountAsync("token/id/");

    /// <summary>The server goes away at once and comes back: nothing but the storage survives.</summary>
    public static async Task RestartAsync(this TestVault vault)
    {
        await vault.Vault.SealAsync();
        await vault.UnsealAsync();
    }

    /// <summary>Commits behind the vault's back what a crashed server had committed before it went; then the vault restarts.</summary>
    public static async Task CrashAfterAsync(this TestVault vault, Func<EntryStore, Transaction, ValueTask> work)
    {
        var store = new EntryStore(vault.Storage, vault.Vault.Barrier);
        var transaction = new Transaction(store);
        await work(store, transaction);
        Assert.True((await transaction.CommitAsync()).Committed);
        await vault.RestartAsync();
    }

    public static string IdOf(EntryStore store, string secret) => new TokenStore(store, Core.Leases.SystemTtls.Vault, TimeProvider.System).IdOf(secret);

    /// <summary>The answers of many that try at the same moment.</summary>
    public static async Task<IReadOnlyList<Reply>> RaceAsync(int count, Func<int, Task<Reply>> one)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = Enumerable.Range(0, count).Select(i => Task.Run(async () =>
        {
            await go.Task;
            return await one(i);
        })).ToList();
        go.SetResult();
        return await Task.WhenAll(running);
    }
}
