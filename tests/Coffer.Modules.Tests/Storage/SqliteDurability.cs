using System.Security.Cryptography;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Storage;

public sealed class SqliteDurability : IDisposable
{
    private const int Sector = 512;
    private readonly TempDirectory directory = new();

    public void Dispose() => directory.Dispose();

    /// <summary>A kill proves no flush, so look at the system calls: what was written to the log is flushed before it is acknowledged.</summary>
    [Fact]
    public async Task FlushesBeforeItAcknowledges()
    {
        const int commits = 50;
        var (path, trace) = (directory.File("coffer.db"), directory.File("trace"));
        using (var child = SqliteChild.Start(
            "storage-one-writer", path, "strace", "-f", "-y", "-e", "trace=fsync,fdatasync,pwrite64,write", "-o", trace))
        {
            for (var seen = 0; seen < commits && await child.StandardOutput.ReadLineAsync() is { } line;)
                seen += line.StartsWith("ok ", StringComparison.Ordinal) ? 1 : 0;
            child.Kill(entireProcessTree: true);
            await child.WaitForExitAsync();
        }

        var (acknowledged, dirty, flushes) = (0, false, 0);
        foreach (var call in await File.ReadAllLinesAsync(trace))
        {
            if (call.Contains("pwrite64(", StringComparison.Ordinal) && call.Contains("coffer.db-wal>", StringComparison.Ordinal))
                (dirty, flushes) = (true, 0);
            else if (call.Contains("sync", StringComparison.Ordinal) && call.EndsWith("= 0", StringComparison.Ordinal))
                (dirty, flushes) = (false, flushes + 1);
            else if (call.Contains("\"ok 0 ", StringComparison.Ordinal))
            {
                acknowledged++;
                Assert.False(dirty, $"acknowledged before the flush: {call}");
                Assert.True(flushes > 0, $"no flush of its own: {call}");
                flushes = 0;
            }
        }
        Assert.True(acknowledged >= commits, $"{acknowledged} of {commits}");
    }

    /// <summary>
    /// A power cut between two flushes leaves any of the sectors written since the first: whatever it leaves, all up to the first
    /// flush is there, and the commit after it wholly or not at all.
    /// </summary>
    [Fact]
    public async Task SurvivesAnyPartOfWhatWasNotFlushed()
    {
        const int commits = 12, cuts = 6;
        var path = directory.File("coffer.db");
        var states = new List<(byte[] Database, byte[] Log)>();
        await using (var storage = await SqliteStorage.OpenAsync(path))
        {
            for (var i = 1; i <= commits; i++)
            {
                await storage.CommitAsync(new Batch().Put(Key("a", i), new byte[i * 700]).Put(Key("b", i), new byte[i * 700]));
                states.Add((await ReadSharedAsync(path), await ReadSharedAsync(path + "-wal")));
            }
        }
        for (var flushed = 1; flushed < commits; flushed++)
        {
            for (var cut = 0; cut < cuts; cut++)
            {
                using var crashed = new TempDirectory(directory.Path);
                await File.WriteAllBytesAsync(crashed.File("coffer.db"), states[flushed - 1].Database);
                await File.WriteAllBytesAsync(crashed.File("coffer.db-wal"), Tear(states[flushed - 1].Log, states[flushed].Log, cut));
                await using var storage = await SqliteStorage.OpenAsync(crashed.File("coffer.db"));
                var (a, b) = (await storage.CountAsync(NamespaceId.Root, "a/"), await storage.CountAsync(NamespaceId.Root, "b/"));
                Assert.True(a == b && (a == flushed || a == flushed + 1), $"{flushed} flushed, {a} and {b} found");
            }
        }
    }

    private static EntryKey Key(string name, int number) => new(NamespaceId.Root, $"{name}/{number:d4}");

    /// <summary>The older content with a random choice of the newer one's sectors; the first cut has none of them.</summary>
    private static byte[] Tear(byte[] older, byte[] newer, int cut)
    {
        var torn = newer.ToArray();
        for (var at = 0; at < torn.Length; at += Sector)
        {
            if (cut > 0 && RandomNumberGenerator.GetInt32(cut + 1) > 0)
                continue;
            var sector = torn.AsSpan(at, Math.Min(Sector, torn.Length - at));
            sector.Clear();
            if (at < older.Length)
                older.AsSpan(at, Math.Min(sector.Length, older.Length - at)).CopyTo(sector);
        }
        return torn;
    }

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        // Through another descriptor closed in this process SQLite would lose its locks, so a program reads the file.
        var copy = path + ".copy";
        (await Command.RunAsync("cp", [path, copy])).OrThrow();
        return await File.ReadAllBytesAsync(copy);
    }
}
