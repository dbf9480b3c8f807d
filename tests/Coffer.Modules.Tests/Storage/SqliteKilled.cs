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
        using var child = SqliteChild.Start(path);
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
    public static Process Start(string path, params string[] wrapper)
    {
        string[] command = [.. wrapper, Environment.ProcessPath!, typeof(SqliteChild).Assembly.Location, "storage-writer", path];
        if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.Ordinal))
            command = [.. wrapper, Environment.ProcessPath!, "storage-writer", path];
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
