using System.Globalization;
using System.Text;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.Sqlite;

namespace Coffer.Modules.Tests.Storage;

/// <summary>
/// A child that writes without end and says on its output what was acknowledged: <c>ok writer number position</c>. Each writer's
/// batch holds an entry of that number, one of a torn batch's tell-tale, and its count so far.
/// </summary>
internal static class LedgerWriter
{
    public const int Writers = 8;

    public const int Restored = 3000;

    public static async Task<int> RunAsync(string path, int writers)
    {
        await using var storage = await SqliteStorage.OpenAsync(path);
        Say("open");
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(storage, writer))));
        return 0;
    }

    /// <summary>Replaces everything without end; all entries of one restore hold its number.</summary>
    public static async Task<int> RestoreAsync(string path)
    {
        await using var storage = await SqliteStorage.OpenAsync(path);
        Say("open");
        for (var number = 1; ; number++)
        {
            var value = new byte[500];
            BitConverter.TryWriteBytes(value, number);
            await storage.RestoreAsync(Enumerable.Range(0, Restored)
                .Select(i => new Entry(new EntryKey(NamespaceId.Root, $"{i:d6}"), value, 0)).ToAsyncEnumerable());
            Say($"ok {number}");
        }
    }

    public static EntryKey Numbered(int writer, long number) => new(NamespaceId.Root, $"w{writer}/{number:d8}");

    public static EntryKey Twin(int writer, long number) => new(NamespaceId.Root, $"twin/w{writer}/{number:d8}");

    public static EntryKey Count(int writer) => new(NamespaceId.Root, $"count/{writer}");

    public static long NumberOf(Entry? count) => count is null
        ? 0
        : long.Parse(Encoding.UTF8.GetString(count.Value.Span), CultureInfo.InvariantCulture);

    private static async Task WriteAsync(SqliteStorage storage, int writer)
    {
        try
        {
            var number = NumberOf(await storage.GetAsync(Count(writer)));
            while (true)
            {
                number++;
                var value = new byte[200 + (number % 3000)];
                BitConverter.TryWriteBytes(value, number);
                var result = await storage.CommitAsync(new Batch()
                    .Put(Numbered(writer, number), value)
                    .Put(Twin(writer, number), value)
                    .Put(Count(writer), Encoding.UTF8.GetBytes($"{number}"))
                    .Require(Numbered(writer, number), Check.Absent));
                Say($"ok {writer} {number} {result.Position}");
            }
        }
        catch (StorageFailedException error)
        {
            Say($"failed {error.Message}");
            foreach (var attempt in new Func<Task>[]
            {
                async () => await storage.GetAsync(Count(writer)),
                async () => await storage.CommitAsync(new Batch().Put(Count(writer), default)),
            })
            {
                await Assert.ThrowsAsync<StorageFailedException>(attempt);
            }
            Say("still failed");
        }
    }

    private static void Say(string line) => Console.Out.WriteLine(line); // one write each; the console locks
}
