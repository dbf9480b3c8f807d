using Coffer.Core.Storage;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Storage;

public sealed class SqliteFiles : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly EntryKey Key = new(NamespaceId.Root, "a");
    private readonly TempDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AreTheOwnersAlone(bool madeByAnother)
    {
        var path = directory.File("coffer.db");
        if (madeByAnother)
        {
            await File.WriteAllTextAsync(path, "");
            File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
        await using var storage = await SqliteStorage.OpenAsync(path);
        await storage.CommitAsync(new Batch().Put(Key, "v"u8.ToArray()));
        var files = Directory.GetFiles(directory.Path);
        Assert.True(files.Length >= 4, string.Join(' ', files));
        Assert.All(files, file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task HoldWhatWasWrittenAfterTheyAreOpenedAgain()
    {
        var path = directory.File("coffer.db");
        long position;
        await using (var storage = await SqliteStorage.OpenAsync(path))
        {
            await storage.CommitAsync(new Batch().Put(Key, "1"u8.ToArray()));
            position = (await storage.CommitAsync(new Batch().Put(Key, "2"u8.ToArray()))).Position;
        }
        Assert.False(File.Exists(path + "-wal"));
        await using var again = await SqliteStorage.OpenAsync(path);
        Assert.Equal(position, (await again.GetAsync(Key))!.Version);
        Assert.Equal(position, await again.BeatAsync("here", 0, TimeSpan.Zero));
        Assert.Equal(position + 1, (await again.CommitAsync(new Batch().Put(Key, "3"u8.ToArray()))).Position);
    }

    [Fact]
    public async Task PruneTheChangeLog()
    {
        await using var storage = await SqliteStorage.OpenAsync(directory.File("coffer.db"), new SqliteOptions { KeepCommits = 100 });
        await Task.WhenAll(Enumerable.Range(0, 3000).Select(
            async i => await storage.CommitAsync(new Batch().Put(new EntryKey(NamespaceId.Root, $"{i}"), "v"u8.ToArray()))));
        var early = await storage.ChangesAsync(1000, 10);
        Assert.Equal((0, 3000L, true), (early.Changes.Count, early.Next, early.Lost));
        var late = await storage.ChangesAsync(2900, 1000);
        Assert.Equal((100, 3000L, false), (late.Changes.Count, late.Next, late.Lost));
    }

    [Fact]
    public async Task ShrinkTheLogAfterASnapshot()
    {
        var path = directory.File("coffer.db");
        await using var storage = await SqliteStorage.OpenAsync(path);
        await storage.CommitAsync(new Batch().Put(Key, "v"u8.ToArray()));
        async Task WriteAsync()
        {
            for (var i = 0; i < 1200; i++)
                await storage.CommitAsync(new Batch().Put(Key, new byte[30_000]));
        }

        await foreach (var _ in storage.SnapshotAsync())
            await WriteAsync();
        var during = new FileInfo(path + "-wal").Length;
        await WriteAsync();
        await WriteAsync();
        Assert.True(new FileInfo(path + "-wal").Length < 2 * during);
    }
}
