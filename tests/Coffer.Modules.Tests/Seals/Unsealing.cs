using Coffer.Core;
using Coffer.Core.Seals;
using Coffer.Core.Storage;

namespace Coffer.Modules.Tests.Seals;

public sealed class Unsealing
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 3)]
    public async Task TakesTheThresholdOfShares(int shares, int threshold)
    {
        await using var vault = await Vault.CreateAsync();
        Assert.False((await vault.Keys.StatusAsync()).Initialized);
        var keys = await vault.InitializeAsync(shares, threshold);
        Assert.Equal(shares, keys.Count);
        Assert.All(keys, key => Assert.Equal(shares == 1 ? 32 : 33, key.Length));
        var fresh = await vault.Keys.StatusAsync();
        Assert.Equal(("shamir", true, true, threshold, shares, 0, ""),
            (fresh.Type, fresh.Initialized, fresh.Sealed, fresh.Threshold, fresh.Shares, fresh.Progress, fresh.Nonce));
        if (threshold > 1)
        {
            var (status, _) = await vault.SubmitAsync(keys.Take(threshold - 1));
            Assert.Equal((threshold - 1, true), (status!.Progress, status.Sealed));
            Assert.NotEmpty(status.Nonce);
        }

        var (last, _) = await vault.SubmitAsync([keys[^1]]);
        Assert.Equal((0, false, ""), (last!.Progress, last.Sealed, last.Nonce));
        Assert.True(await vault.HoldsItsEntryAsync());
        await vault.Keys.SealAsync();
        Assert.True(vault.Keys.IsSealed && vault.Barrier.IsSealed);
        await vault.SubmitAsync(keys.Skip(shares - threshold));
        Assert.True(await vault.HoldsItsEntryAsync());
    }

    [Fact]
    public async Task CountsNoShareTwiceAndForgetsAtReset()
    {
        await using var vault = await Vault.CreateAsync();
        var keys = await vault.InitializeAsync(3, 3);
        var (status, _) = await vault.SubmitAsync([keys[0], keys[0], keys[0], keys[1], keys[0]]);
        Assert.Equal(2, status!.Progress);
        Assert.Equal(0, (await vault.Keys.ResetAsync()).Value!.Progress);
        await vault.SubmitAsync([keys[2], keys[1], keys[0]]);
        Assert.True(await vault.HoldsItsEntryAsync());
    }

    [Fact]
    public async Task AWrongShareIsRefusedAndStartsOver()
    {
        await using var vault = await Vault.CreateAsync();
        var keys = await vault.InitializeAsync(3, 2);
        var wrong = keys[0].ToArray();
        wrong[3] ^= 1;
        Assert.NotNull((await vault.SubmitAsync([wrong, keys[1]])).Refusal);
        Assert.Equal(0, (await vault.Keys.StatusAsync()).Progress);
        Assert.NotNull((await vault.SubmitAsync([wrong, keys[0]])).Refusal);
        Assert.Equal("'key' must be a valid hex or base64 string", (await vault.Keys.SubmitShareAsync("%")).Refusal);
        Assert.Contains("shorter", (await vault.Keys.SubmitShareAsync("abcd")).Refusal!, StringComparison.Ordinal);
        Assert.Contains("longer", (await vault.Keys.SubmitShareAsync(new string('a', 68))).Refusal!, StringComparison.Ordinal);
        await vault.SubmitAsync(keys.Take(2));
        Assert.True(await vault.HoldsItsEntryAsync());
    }

    [Fact]
    public async Task IsRefusedBeforeInitializationAndASecondInitializationTooIs()
    {
        await using var vault = await Vault.CreateAsync();
        Assert.Equal("Vault is not initialized", (await vault.Keys.SubmitShareAsync("abcd")).Refusal);
        await vault.InitializeAsync(1, 1);
        var again = await vault.Keys.InitializeAsync(new InitShares(1, 1, 0, 0), _ => ValueTask.CompletedTask);
        Assert.Equal("Vault is already initialized", again.Refusal);
    }

    [Theory]
    [InlineData(0, 0, "shares must be at least one")]
    [InlineData(2, 3, "threshold cannot be larger than shares")]
    [InlineData(3, 1, "threshold must be greater than one for multiple shares")]
    [InlineData(256, 3, "shares must be less than 256")]
    [InlineData(3, 0, "threshold must be at least one")]
    public async Task AnImpossibleConfigurationIsRefused(int shares, int threshold, string reason)
    {
        await using var vault = await Vault.CreateAsync();
        var made = await vault.Keys.InitializeAsync(new InitShares(shares, threshold, 0, 0), _ => ValueTask.CompletedTask);
        Assert.Equal("invalid seal configuration: " + reason, made.Refusal);
        Assert.False((await vault.Keys.StatusAsync()).Initialized);
    }

    [Fact]
    public async Task AFailedPreparationUndoesTheInitialization()
    {
        await using var vault = await Vault.CreateAsync();
        await Assert.ThrowsAsync<TimeoutException>(async () =>
            await vault.Keys.InitializeAsync(new InitShares(1, 1, 0, 0), _ => throw new TimeoutException()));
        Assert.False((await vault.Keys.StatusAsync()).Initialized);
        Assert.True(vault.Barrier.IsSealed);
        await vault.InitializeAsync(1, 1);
    }

    [Fact]
    public async Task NeedsNobodyWithAKeyFile()
    {
        await using var vault = await Vault.CreateAsync(unattended: true);
        Assert.Empty(await vault.InitializeAsync(0, 0));
        Assert.True(await vault.HoldsItsEntryAsync());
        vault.Start(vault.KeyFile);
        Assert.True(vault.Keys.IsSealed);
        Assert.True(await vault.Keys.UnsealUnattendedAsync());
        Assert.True(await vault.HoldsItsEntryAsync());
        var status = await vault.Keys.StatusAsync();
        Assert.Equal(("keyfile", false, true), (status.Type, status.Sealed, status.RecoverySeal));
    }

    [Fact]
    public async Task ByRecoverySharesFollowsASealByHand()
    {
        await using var vault = await Vault.CreateAsync(unattended: true);
        var recovery = await vault.InitializeAsync(3, 2);
        await vault.Keys.SealAsync();
        var wrong = recovery[0].ToArray();
        wrong[0] ^= 1;
        Assert.NotNull((await vault.SubmitAsync([wrong, recovery[1]])).Refusal);
        Assert.True(vault.Keys.IsSealed);
        await vault.SubmitAsync(recovery.Take(2));
        Assert.True(await vault.HoldsItsEntryAsync());
    }

    [Fact]
    public async Task FailsAsAWholeWhereWhatFollowsFails()
    {
        await using var vault = await Vault.CreateAsync();
        var keys = await vault.InitializeAsync(1, 1);
        vault.Keys.Unsealed = _ => throw new TimeoutException();
        await Assert.ThrowsAsync<TimeoutException>(async () => await vault.SubmitAsync(keys));
        Assert.True(vault.Keys.IsSealed && vault.Barrier.IsSealed);
        vault.Keys.Unsealed = null;
        await vault.SubmitAsync(keys);
        Assert.True(await vault.HoldsItsEntryAsync());
    }

    [Fact]
    public async Task AChangedSealEntryIsNamedOrRefused()
    {
        await using var vault = await Vault.CreateAsync();
        var keys = await vault.InitializeAsync(1, 1);
        var place = new EntryKey(NamespaceId.Root, "core/seal");
        var text = System.Text.Encoding.UTF8.GetString((await vault.Storage.GetAsync(place))!.Value.Span);
        await vault.Storage.CommitAsync(new Batch().Put(place, "{"u8.ToArray()));
        vault.Start(vault.Shamir);
        await Assert.ThrowsAsync<CorruptEntryException>(async () => await vault.SubmitAsync(keys));
        await vault.Storage.CommitAsync(new Batch().Put(place, System.Text.Encoding.UTF8.GetBytes(text)));
        await vault.SubmitAsync(keys);
        Assert.True(await vault.HoldsItsEntryAsync());
    }
}
