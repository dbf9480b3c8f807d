using System.Text;
using System.Text.Json.Nodes;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>Bits that turned over on the disk, by accident or by an attacker who may write every file.</summary>
public sealed class DamagedFiles
{
    [Fact]
    public async Task AFlippedBitInTheDatabaseIsDetectedAndNamed()
    {
        await using var server = await CofferProcess.StartAsync(CofferOptions.Sqlite);
        (await server.Root.WriteAsync("other", new JsonObject { ["a"] = "whole" })).OrThrow();
        (await server.Root.WriteAsync("damaged", new JsonObject { ["a"] = "broken" })).OrThrow();
        await server.StopAsync();
        var keys = await FlipLastCommitAsync(Path.Combine(server.Directory, "coffer.db"));

        await server.StartAgainAsync();
        Assert.Equal("whole", (await server.Root.ReadAsync("other")).OrThrow().String("data.data.a"));
        var answer = await server.Root.ReadAsync("damaged");
        Assert.True((int)answer.Status >= 500, $"{(int)answer.Status} {answer.Text}");
        Assert.DoesNotContain("broken", answer.Text, StringComparison.Ordinal);
        var told = answer.Text + server.Output;
        Assert.True(keys.Any(k => told.Contains(k.Path, StringComparison.Ordinal)), $"none of {string.Join(' ', keys)} is named in: {told}");
    }

    [Fact]
    public async Task AFlippedBitInTheAuditLogIsDetectedAndNamed()
    {
        await using var server = await CofferProcess.StartAsync(CofferOptions.Sqlite);
        using var trail = await AuditTrail.RememberAsync(server);
        for (var i = 0; i < 50; i++)
            (await server.Root.WriteAsync($"audited/{i}", new JsonObject { ["a"] = "1" })).OrThrow();
        await trail.SeeAsync(server);
        await server.StopAsync();
        await trail.VerifyAsync(server.AuditDirectory);

        var (file, at) = Find(server.AuditDirectory, "audited/25");
        Flip(file, at);
        var finding = await trail.AssertDamagedAsync(server.AuditDirectory);
        Assert.Contains(Path.GetFileName(file), finding, StringComparison.Ordinal);
        Flip(file, at);
        await trail.VerifyAsync(server.AuditDirectory);
    }

    [Fact]
    public async Task AnAuditLogSetBackToAnOlderStateIsSeen()
    {
        using var copies = new TempDirectory();
        await using var server = await CofferProcess.StartAsync(CofferOptions.Sqlite);
        using var trail = await AuditTrail.RememberAsync(server);
        (await server.Root.WriteAsync("early", new JsonObject { ["a"] = "1" })).OrThrow();
        await server.StopAsync();
        await trail.VerifyAsync(server.AuditDirectory);
        (await Command.RunAsync("cp", ["-a", server.AuditDirectory, copies.File("older")])).OrThrow();

        await server.StartAgainAsync();
        (await server.Root.WriteAsync("late", new JsonObject { ["a"] = "1" })).OrThrow();
        await server.StopAsync();
        await trail.VerifyAsync(server.AuditDirectory);

        Directory.Delete(server.AuditDirectory, recursive: true);
        (await Command.RunAsync("cp", ["-a", copies.File("older"), server.AuditDirectory])).OrThrow();
        await trail.AssertDamagedAsync(server.AuditDirectory);
        await Assert.ThrowsAnyAsync<Exception>(server.StartAgainAsync);
    }

    /// <summary>Turns one bit in the middle of every value of the latest commit, through the driver: it guards nothing.</summary>
    private static async Task<IReadOnlyList<EntryKey>> FlipLastCommitAsync(string file)
    {
        await using var storage = await SqliteStorage.OpenAsync(file);
        var head = await storage.BeatAsync("attacker", 0, TimeSpan.Zero);
        for (var after = head - 1; ; after--)
        {
            var keys = (await storage.ChangesAsync(after, 1)).Changes[0].Keys;
            var entries = (await storage.GetManyAsync(keys)).OfType<Entry>().ToList();
            if (entries.Count == 0 || !keys.Any(k => k.Path.Contains("damaged", StringComparison.Ordinal)))
                continue;
            var batch = new Batch();
            foreach (var entry in entries)
            {
                var value = entry.Value.ToArray();
                value[value.Length / 2] ^= 1;
                batch.Put(entry.Key, value, entry.Due);
            }
            await storage.CommitAsync(batch);
            return keys;
        }
    }

    private static (string File, long At) Find(string directory, string text)
    {
        foreach (var file in Directory.GetFiles(directory, "*", SearchOption.AllDirectories))
        {
            var at = File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(text));
            if (at >= 0)
                return (file, at);
        }
        throw new InvalidOperationException($"{text} is nowhere in {directory}");
    }

    private static void Flip(string path, long at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 1));
    }
}
