using System.Buffers.Binary;
using System.Text;
using Coffer.Core.Storage;
using Coffer.Formats.Snapshots;
using Coffer.Modules.Storage.PostgreSql;
using Coffer.Modules.Storage.Sqlite;
using Coffer.Modules.Tests.Storage;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Snapshots;

public sealed class ASnapshot(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private const int Writers = 8;

    [Fact]
    public async Task IsOfOneMomentWhileWritesGoOnInSqlite()
    {
        using var directory = new TempDirectory();
        await using var vault = await TestVault.OpenAsync(storage: await SqliteStorage.OpenAsync(directory.File("coffer.db")));
        await CheckLedgerAsync(vault);
    }

    [Fact]
    public async Task IsOfOneMomentWhileWritesGoOnInPostgreSql()
    {
        var url = (await postgres.Server.CreateDatabaseAsync()).ToString();
        await using var vault = await TestVault.OpenAsync(
            storage: await PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = url, MaxParallel = 12 }));
        await CheckLedgerAsync(vault);
    }

    [Fact]
    public async Task HoldsNoPlaintextAndSaysWhatItIs()
    {
        await using var vault = await TestVault.OpenAsync();
        await vault.WriteAsync("sys/policies/acl/plain", """{"policy":"path \"very-secret-path\" { capabilities = [\"read\"] }"}""");
        var bytes = await vault.SaveAsync();
        Assert.DoesNotContain("very-secret-path", await SnapshotFixture.UnpackAsync(bytes), StringComparison.Ordinal);
        var snapshot = await SnapshotFixture.ReadAsync(bytes);
        Assert.Equal(vault.Vault.Barrier.ClusterId, snapshot.Header.ClusterId);
        Assert.Equal(("sqlite", 1L), (snapshot.Header.Storage, snapshot.Header.Term));
        var entries = await SnapshotFixture.EntriesAsync(bytes);
        Assert.Equal(snapshot.Count, entries.Count);
        Assert.Contains(entries, entry => entry.Path == "core/keyring");
        foreach (var entry in entries)
            Assert.Equal((await vault.Storage.GetAsync(SnapshotFixture.Key(entry.Path)))!.Value.ToArray(), entry.Value.ToArray());
    }

    [Fact]
    public async Task IsForWhoeverMayReadIt()
    {
        await using var vault = await TestVault.OpenAsync();
        var backup = await vault.TokenAsync($$"""path "{{SnapshotFixture.Path}}" { capabilities = ["read"] }""");
        var bytes = await vault.DownloadAsync(SnapshotFixture.Path, backup);
        Assert.Equal(403, (await vault.UploadAsync(SnapshotFixture.Path, bytes, backup)).Status);
        var stranger = await vault.TokenAsync("""path "none" { capabilities = ["read"] }""");
        Assert.Equal(403, (await vault.ReadAsync(SnapshotFixture.Path, stranger)).Status);
        Assert.Equal(403, (await vault.ReadAsync(SnapshotFixture.Path, null)).Status);
        var restorer = await vault.TokenAsync("""path "sys/storage/raft/*" { capabilities = ["update"] }""");
        Assert.Equal(403, (await vault.UploadAsync(SnapshotFixture.Force, bytes, restorer)).Status);
        Assert.Equal(204, (await vault.UploadAsync(SnapshotFixture.Path, await vault.SaveAsync(), restorer)).Status);
    }

    private static async Task CheckLedgerAsync(TestVault vault)
    {
        using var stop = new CancellationTokenSource();
        var acknowledged = new long[Writers];
        var writers = Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteAsync(vault, w, acknowledged, stop.Token))).ToArray();
        for (var round = 0; round < 3; round++)
        {
            await Task.Delay(150);
            var before = acknowledged.Select((_, w) => Volatile.Read(ref acknowledged[w])).ToArray();
            Assert.All(before, count => Assert.True(count > 0));
            Check(await SnapshotFixture.EntriesAsync(await vault.SaveAsync()), before);
        }
        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    private static void Check(List<SnapshotEntry> entries, long[] before)
    {
        var values = entries.ToDictionary(entry => entry.Path, entry => entry.Value.ToArray());
        for (var writer = 0; writer < Writers; writer++)
        {
            var count = BinaryPrimitives.ReadInt64BigEndian(values[$"ledger/count/{writer}"]);
            Assert.True(count >= before[writer], $"{before[writer]} was acknowledged, {count} is there");
            foreach (var kind in new[] { "one", "two" })
            {
                var numbers = values.Keys.Where(path => path.StartsWith($"ledger/{kind}/{writer}/", StringComparison.Ordinal));
                var expected = Enumerable.Range(1, (int)count).Select(n => $"ledger/{kind}/{writer}/{n:d8}");
                Assert.Equal(expected, numbers.Order(StringComparer.Ordinal));
            }
        }
    }

    private static async Task WriteAsync(TestVault vault, int writer, long[] acknowledged, CancellationToken stop)
    {
        for (var number = 1L; !stop.IsCancellationRequested; number++)
        {
            var count = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(count, number);
            var result = await vault.Storage.CommitAsync(new Batch()
                .Put(SnapshotFixture.Key($"ledger/one/{writer}/{number:d8}"), Encoding.UTF8.GetBytes("one"))
                .Put(SnapshotFixture.Key($"ledger/two/{writer}/{number:d8}"), Encoding.UTF8.GetBytes("two"))
                .Put(SnapshotFixture.Key($"ledger/count/{writer}"), count), CancellationToken.None);
            Assert.True(result.Committed);
            Volatile.Write(ref acknowledged[writer], number);
        }
    }
}
