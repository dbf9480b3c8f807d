using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Storage;

public sealed class SqliteKilled
{
    [Fact]
    public Task LosesNothingThatItAcknowledged() => RunAsync(rounds: 2);

    [Fact]
    [Trait("Long", "yes")]
    public Task LosesNothingInManyRounds() => RunAsync(rounds: 60);

    [Fact]
    public Task LeavesTheOldOrTheNewOfARestore() => RestoreAsync(rounds: 3);

    [Fact]
    [Trait("Long", "yes")]
    public Task LeavesTheOldOrTheNewInManyRounds() => RestoreAsync(rounds: 60);

    private static async Task RestoreAsync(int rounds)
    {
        using var directory = new TempDirectory();
        var path = directory.File("coffer.db");
        for (var round = 0; round < rounds; round++)
        {
            var done = 0;
            using (var child = SqliteChild.Start("storage-restorer", path))
            {
                Assert.Equal("open", await child.StandardOutput.ReadLineAsync());
                var life = TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(50, 400));
                var killing = Task.Delay(life).ContinueWith(_ => child.Kill(), TaskScheduler.Default);
                while (await child.StandardOutput.ReadLineAsync() is { } line)
                    done = line.Split(' ') is ["ok", var number] ? int.Parse(number, CultureInfo.InvariantCulture) : done;
                await killing;
                await child.WaitForExitAsync();
            }
            await using var storage = await SqliteStorage.OpenAsync(path);
            var entries = await storage.ScanAsync(NamespaceId.Root, "", null, int.MaxValue);
            if (done == 0 && entries.Count == 0 && round == 0)
                continue;
            Assert.Equal(LedgerWriter.Restored, entries.Count);
            var found = Assert.Single(entries.Select(entry => BitConverter.ToInt32(entry.Value.Span)).Distinct());
            Assert.True(round > 0 || found == done || found == done + 1, $"{found} is there, {done} was acknowledged");
        }
    }

    private static async Task RunAsync(int rounds)
    {
        using var directory = new TempDirectory();
        var path = directory.File("coffer.db");
        var acknowledged = new Dictionary<(int Writer, long Number), long>();
        for (var round = 0; round < rounds; round++)
        {
            await WriteUntilKilledAsync(path, acknowledged, TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(50, 500)));
            await using var storage = await SqliteStorage.OpenAsync(path);
            await VerifyAsync(storage, acknowledged);
        }
        Assert.NotEmpty(acknowledged);
    }

    private static async Task WriteUntilKilledAsync(string path, Dictionary<(int, long), long> acknowledged, TimeSpan life)
    {
        using var child = SqliteChild.Start("storage-writer", path);
        Assert.Equal("open", await child.StandardOutput.ReadLineAsync());
        var killing = Task.Delay(life).ContinueWith(_ => child.Kill(), TaskScheduler.Default);
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split(' ') is ["ok", var writer, var number, var position] && long.TryParse(position, out var at))
                acknowledged[(int.Parse(writer, CultureInfo.InvariantCulture), long.Parse(number, CultureInfo.InvariantCulture))] = at;
        }
        await killing;
        await child.WaitForExitAsync();
    }

    private static async Task VerifyAsync(SqliteStorage storage, Dictionary<(int Writer, long Number), long> acknowledged)
    {
        foreach (var ((writer, number), position) in acknowledged)
            Assert.True(position <= (await storage.GetAsync(LedgerWriter.Numbered(writer, number)))?.Version, $"{writer} {number} is lost");
        var batches = 0L;
        for (var writer = 0; writer < LedgerWriter.Writers; writer++)
        {
            var count = LedgerWriter.NumberOf(await storage.GetAsync(LedgerWriter.Count(writer)));
            Assert.Equal(count, await storage.CountAsync(NamespaceId.Root, $"w{writer}/"));
            Assert.Equal(count, await storage.CountAsync(NamespaceId.Root, $"twin/w{writer}/"));
            batches += count;
        }
        Assert.Equal(batches, await storage.BeatAsync("here", 0, TimeSpan.Zero));
        Assert.Equal(batches, (await storage.ChangesAsync(batches - 1, 10)).Next);
    }
}

/// <summary>This assembly as a child that writes to a database file.</summary>
internal static class SqliteChild
{
    public static Process Start(string verb, string path, params string[] wrapper) => Start([verb, path], wrapper);

    public static Process Start(string[] arguments, string[] wrapper)
    {
        var program = Environment.ProcessPath!;
        string[] self = Path.GetFileName(program) == "dotnet" ? [program, typeof(SqliteChild).Assembly.Location] : [program];
        string[] command = [.. wrapper, .. self, .. arguments];
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
