namespace Coffer.Modules.Tests.Seals;

public sealed class Migration
{
    [Fact]
    public async Task FromSharesToAKeyFileAndBackKeepsTheSharesForRecovery()
    {
        await using var vault = await Vault.CreateAsync();
        var keys = await vault.InitializeAsync(3, 2);

        vault.Start(vault.KeyFile, vault.Shamir);
        Assert.False(await vault.Keys.UnsealUnattendedAsync());
        Assert.True((await vault.Keys.StatusAsync()).Migration);
        Assert.Contains("migrate", (await vault.SubmitAsync(keys.Take(1))).Refusal!, StringComparison.Ordinal);
        var (status, _) = await vault.SubmitAsync(keys.Take(2), migrate: true);
        Assert.Equal((false, false, "keyfile"), (status!.Sealed, status.Migration, status.Type));
        Assert.True(await vault.HoldsItsEntryAsync());
        vault.Start(vault.KeyFile);
        Assert.True(await vault.Keys.UnsealUnattendedAsync());
        Assert.True(await vault.HoldsItsEntryAsync());

        vault.Start(vault.Shamir, vault.KeyFile);
        await vault.SubmitAsync(keys.Skip(1), migrate: true);
        Assert.True(await vault.HoldsItsEntryAsync());
        vault.Start(vault.Shamir);
        Assert.Contains("no migration", (await vault.SubmitAsync(keys.Skip(1), migrate: true)).Refusal!, StringComparison.Ordinal);
        await vault.SubmitAsync(keys.Skip(1));
        Assert.True(await vault.HoldsItsEntryAsync());
    }

    [Fact]
    public async Task CutShortAtAnyPointLeavesOneSealThatOpens()
    {
        await using var vault = await Vault.CreateAsync();
        var keys = await vault.InitializeAsync(3, 2);
        vault.Start(vault.KeyFile, vault.Shamir);

        // Cut after the shares: nothing has changed yet. Cut after the commit: the new seal opens.
        await vault.SubmitAsync(keys.Take(1), migrate: true);
        vault.Start(vault.Shamir);
        await vault.SubmitAsync(keys.Take(2));
        Assert.True(await vault.HoldsItsEntryAsync());
        vault.Start(vault.KeyFile, vault.Shamir);
        vault.Keys.Unsealed = _ => throw new TimeoutException();
        await Assert.ThrowsAsync<TimeoutException>(async () => await vault.SubmitAsync(keys.Take(2), migrate: true));
        vault.Start(vault.KeyFile, vault.Shamir);
        Assert.True(await vault.Keys.UnsealUnattendedAsync());
        Assert.True(await vault.HoldsItsEntryAsync());
    }

    [Fact]
    public async Task FromASealThatIsNotConfiguredIsRefused()
    {
        await using var vault = await Vault.CreateAsync(unattended: true);
        var keys = await vault.InitializeAsync(3, 2);
        vault.Start(vault.Shamir);
        Assert.Contains("keyfile", (await vault.SubmitAsync(keys.Take(2), migrate: true)).Refusal!, StringComparison.Ordinal);
        Assert.True(vault.Keys.IsSealed);
    }
}
