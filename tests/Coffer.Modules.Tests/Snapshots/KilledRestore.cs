using System.Globalization;
using System.Security.Cryptography;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.PostgreSql;
using Coffer.Modules.Storage.Sqlite;
using Coffer.Modules.Tests.Storage;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Snapshots;

public sealed class KilledRestore(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private const int Entries = 4000;

    [Fact]
    public Task LeavesTheOldOrTheNewInSqlite()
    {
        var directory = new TempDirectory();
        return RunAsync(directory.File("coffer.db"), directory, rounds: 3);
    }

    [Fact]
    public async Task LeavesTheOldOrTheNewInPostgreSql() =>
        await RunAsync((await postgres.Server.CreateDatabaseAsync()).ToString(), new TempDirectory(), rounds: 2);

    /// <summary>The child: restores one and the other snapshot in turns through the API until it is killed.</summary>
    internal static async Task<int> RunAsync(string place, string key, string folder)
    {
        await using var vault = await TestVault.OpenAsync(storage: await OpenAsync(place), unsealKey: key, under: folder);
        var snapshots = new List<byte[]>();
        foreach (var name in new[] { "a", "b" }) snapshots.Add(await File.ReadAllBytesAsync(Path.Combine(folder, name)));
        for (var turn = 0; ; turn++)
        {
            Assert.Equal(204, (await vault.UploadAsync(SnapshotFixture.Path, snapshots[turn % 2])).Status);
            Console.Out.WriteLine(turn.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static async Task RunAsync(string place, TempDirectory directory, int rounds)
    {
        using (directory)
        {
            string key;
            await using (var vault = await TestVault.OpenAsync(storage: await OpenAsync(place)))
            {
                key = vault.UnsealKey;
                foreach (var name in new[] { "a", "b" })
                {
                    await FillAsync(vault, (byte)name[0]);
                    await File.WriteAllBytesAsync(directory.File(name), await vault.SaveAsync());
                }
            }
            for (var round = 0; round < rounds; round++)
            {
                using (var child = SqliteChild.Start(["snapshot-restorer", place, key, directory.Path], []))
                {
                    Assert.NotNull(await child.StandardOutput.ReadLineAsync());
                    await Task.Delay(RandomNumberGenerator.GetInt32(20, 300));
                    child.Kill();
                    await child.WaitForExitAsync();
                }
                await using var vault = await TestVault.OpenAsync(storage: await OpenAsync(place), unsealKey: key);
                var found = await vault.Storage.ScanAsync(NamespaceId.Root, "marks/", null, int.MaxValue);
                Assert.Equal(Entries, found.Count);
                Assert.Single(found.Select(entry => vault.Vault.Barrier.Decrypt(entry)[0]).Distinct());
                Assert.Equal(200, (await vault.ReadAsync("auth/token/lookup-self")).Status);
            }
        }
    }

    private static async Task FillAsync(TestVault vault, byte mark)
    {
        var batch = new Batch();
        for (var i = 0; i < Entries; i++)
        {
            var key = SnapshotFixture.Key($"marks/{i:d6}");
            batch.Put(key, vault.Vault.Barrier.Encrypt(key, [mark]));
        }
        Assert.True((await vault.Storage.CommitAsync(batch)).Committed);
    }

    private static async Task<IStorage> OpenAsync(string place) => place.StartsWith("postgres", StringComparison.Ordinal)
        ? await PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = place, MaxParallel = 12 })
        : await SqliteStorage.OpenAsync(place);
}
