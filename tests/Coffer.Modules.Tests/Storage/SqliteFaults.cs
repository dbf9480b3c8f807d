using Coffer.Core.Storage;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Storage;

public sealed class SqliteFaults : IDisposable
{
    private readonly TempDirectory directory = new();
    private static readonly EntryKey Kept = new(NamespaceId.Root, "kept");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task OnAFullDiskReadsGoOnAndWritesRecoverByThemselves()
    {
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=6m,mode=0700", "tmpfs", directory.Path])).OrThrow();
        try
        {
            var path = directory.File("coffer.db");
            await using (var storage = await SqliteStorage.OpenAsync(path))
            {
                await storage.CommitAsync(new Batch().Put(Kept, "before"u8.ToArray()));
                var (written, error) = await FillAsync(storage);
                Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
                Assert.Equal("before"u8.ToArray(), (await storage.GetAsync(Kept))!.Value.ToArray());
                Assert.Equal(written, await storage.CountAsync(NamespaceId.Root, "fill/"));
                await Assert.ThrowsAsync<StorageUnavailableException>(async () => await FillAsync(storage, written));

                (await Command.RunAsync("mount", ["-o", "remount,size=32m", directory.Path])).OrThrow();
                Assert.True((await storage.CommitAsync(new Batch().Put(Kept, "after"u8.ToArray()))).Committed);
                Assert.Equal(written, await storage.CountAsync(NamespaceId.Root, "fill/"));
            }
            await using var again = await SqliteStorage.OpenAsync(path);
            Assert.Equal("after"u8.ToArray(), (await again.GetAsync(Kept))!.Value.ToArray());
        }
        finally
        {
            (await Command.RunAsync("umount", [directory.Path])).OrThrow();
        }
    }

    [Fact]
    public async Task AFailedFlushEndsAllServiceUntilARestart()
    {
        // Which flush fails is left to chance: one that fails while the file is made ends the child before it serves, and proves nothing.
        var (path, output) = ("", "");
        for (var attempt = 0; attempt < 20 && !output.Contains("failed a flush failed: ", StringComparison.Ordinal); attempt++)
        {
            path = directory.File($"coffer-{attempt}.db");
            using var child = SqliteChild.Start(
                "storage-writer", path, "fiu-run", "-x",
                "-c", "enable_random name=posix/io/sync/fsync,probability=0.02", "-c", "enable_random name=posix/io/sync/fdatasync,probability=0.02");
            output = await child.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
            await child.WaitForExitAsync();
        }
        Assert.Contains("failed a flush failed: ", output, StringComparison.Ordinal);
        Assert.Contains(path, output, StringComparison.Ordinal);
        Assert.Equal(LedgerWriter.Writers, output.Split("still failed").Length - 1);
        await using var storage = await SqliteStorage.OpenAsync(path);
        Assert.True((await storage.CommitAsync(new Batch().Put(Kept, "served again"u8.ToArray()))).Committed);
    }

    [Fact]
    public async Task ASecondProcessIsRefused()
    {
        var path = directory.File("coffer.db");
        using (var child = SqliteChild.Start("storage-writer", path))
        {
            await child.StandardOutput.ReadLineAsync();
            var error = await Assert.ThrowsAsync<StorageUnavailableException>(async () => await SqliteStorage.OpenAsync(path));
            Assert.Equal($"another process has the database file {path} open", error.Message);
            child.Kill();
            await child.WaitForExitAsync();
        }
        await using var storage = await SqliteStorage.OpenAsync(path);
    }

    [Fact]
    public async Task DamageIsReportedWithTheFilesName()
    {
        var path = directory.File("coffer.db");
        await using (var storage = await SqliteStorage.OpenAsync(path))
        {
            for (var i = 0; i < 100; i++)
                await storage.CommitAsync(new Batch().Put(new EntryKey(NamespaceId.Root, $"{i}"), new byte[2000]));
        }
        await using (var file = File.OpenWrite(path))
        {
            file.Position = 8192; // past the header and the schema
            file.Write(new byte[file.Length - 8192]);
        }
        var error = await Assert.ThrowsAsync<StorageFailedException>(async () =>
        {
            await using var storage = await SqliteStorage.OpenAsync(path);
            await storage.CountAsync(NamespaceId.Root, "");
            await storage.GetAsync(new EntryKey(NamespaceId.Root, "50"));
        });
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherProgramsFileIsRefused()
    {
        var path = directory.File("coffer.db");
        await File.WriteAllTextAsync(path, new string('x', 8192));
        var error = await Assert.ThrowsAsync<StorageFailedException>(async () => await SqliteStorage.OpenAsync(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    private static async Task<(long Written, StorageUnavailableException Error)> FillAsync(SqliteStorage storage, long from = -1)
    {
        for (var i = Math.Max(from, 0); ; i++)
        {
            try
            {
                await storage.CommitAsync(new Batch().Put(new EntryKey(NamespaceId.Root, $"fill/{i:d6}"), new byte[60_000]));
            }
            catch (StorageUnavailableException error) when (from < 0)
            {
                return (i, error);
            }
        }
    }
}
