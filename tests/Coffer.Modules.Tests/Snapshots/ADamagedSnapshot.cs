using Coffer.Formats.Snapshots;

namespace Coffer.Modules.Tests.Snapshots;

public sealed class ADamagedSnapshot : IAsyncLifetime
{
    private TestVault vault = null!;
    private byte[] whole = null!;

    public async ValueTask InitializeAsync()
    {
        vault = await TestVault.OpenAsync();
        await vault.WriteOldAsync();
        whole = await vault.SaveAsync();
        await vault.WriteNewAsync();
    }

    public ValueTask DisposeAsync() => vault.DisposeAsync();

    [Fact]
    public async Task IsRefusedWhereverAByteIsFlipped()
    {
        // Header and end byte by byte, the entries between them in steps.
        for (var at = 0; at < whole.Length; at += at < 300 || at > whole.Length - 100 ? 1 : 61)
        {
            var flipped = (byte[])whole.Clone();
            flipped[at] ^= (byte)(1 << (at % 8));
            await RefusesAsync(flipped, $"byte {at}");
        }
    }

    [Fact]
    public async Task IsRefusedWhereverItBreaksOff()
    {
        for (var length = 0; length < whole.Length; length += length < 300 || length > whole.Length - 100 ? 7 : 211)
            await RefusesAsync(whole[..length], $"{length} bytes");
        await RefusesAsync(whole[..^1], "all but the last");
        await RefusesAsync([.. whole, 0], "one more");
        await RefusesAsync([.. whole, .. whole], "twice");
    }

    [Fact]
    public async Task IsRefusedWhereItsEntriesWereExchanged()
    {
        var header = (await SnapshotFixture.ReadAsync(whole)).Header;
        var entries = await SnapshotFixture.EntriesAsync(whole);
        var fewer = entries.Where(entry => !entry.Path.StartsWith("sys/token", StringComparison.Ordinal));
        await RefusesAsync(await SnapshotFixture.ForgeAsync(header, fewer), "with our name", "altered");
        var renamed = header with { ClusterId = "0011223344556677" };
        await RefusesAsync(await SnapshotFixture.ForgeAsync(renamed, entries), "with our keyring", "altered");
        await RefusesAsync(await SnapshotFixture.ForgeAsync(header, []), "empty");
    }

    [Fact]
    public async Task OfANewerFormatSaysSo()
    {
        var newer = (byte[])whole.Clone();
        newer[17] = 2;
        await RefusesAsync(newer, "format 2", "format 2");
        await RefusesAsync("PK\u0003\u0004 not a snapshot at all"u8.ToArray(), "a zip", "not a snapshot");
    }

    [Fact]
    public async Task DoesNotCostTheMemoryThatItNames()
    {
        var header = new SnapshotHeader("1", "0011223344556677", "", DateTimeOffset.UnixEpoch, 1, "sqlite");
        var forged = await SnapshotFixture.ForgeAsync(header, [new SnapshotEntry(0, "huge", new byte[64], 0, 0)]);
        var reader = await SnapshotFixture.ReadAsync(forged);
        Assert.Equal(1, reader.Count);
        await RefusesAsync(forged, "without a keyring", "keyring");
    }

    private async Task RefusesAsync(byte[] snapshot, string what, string? why = null)
    {
        foreach (var path in new[] { SnapshotFixture.Path, SnapshotFixture.Force })
        {
            var reply = await vault.UploadAsync(path, snapshot);
            Assert.True(reply.Status == 400, $"{what}: {reply.Status} {string.Join("; ", reply.Errors)}");
            if (why is not null) Assert.Contains(why, Assert.Single(reply.Errors), StringComparison.Ordinal);
        }
        Assert.False(await vault.IsOldAsync(), what);
        Assert.NotNull(await vault.Storage.GetAsync(SnapshotFixture.Key("core/keyring")));
    }
}
