using System.IO.Compression;
using System.Text;
using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Coffer.Formats.Snapshots;

namespace Coffer.Modules.Tests.Snapshots;

/// <summary>Words that the tests of snapshots share.</summary>
internal static class SnapshotFixture
{
    public const string Path = "sys/storage/raft/snapshot";
    public const string Force = "sys/storage/raft/snapshot-force";
    private const string Old = """{"policy":"path \"old\" { capabilities = [\"read\"] }"}""";
    private const string New = """{"policy":"path \"new\" { capabilities = [\"read\"] }"}""";

    public static EntryKey Key(string path) => new(NamespaceId.Root, path);

    public static Task<byte[]> SaveAsync(this TestVault vault) => vault.DownloadAsync(Path);

    public static Task<SnapshotReader> ReadAsync(byte[] snapshot) =>
        SnapshotReader.OpenAsync(new MemoryStream(snapshot), CancellationToken.None);

    public static async Task<List<SnapshotEntry>> EntriesAsync(byte[] snapshot)
    {
        var entries = new List<SnapshotEntry>();
        await foreach (var entry in (await ReadAsync(snapshot)).EntriesAsync()) entries.Add(entry);
        return entries;
    }

    public static Task<Reply> WriteOldAsync(this TestVault vault) => vault.WriteAsync("sys/policies/acl/kept", Old);

    public static Task<Reply> WriteNewAsync(this TestVault vault) => vault.WriteAsync("sys/policies/acl/kept", New);

    public static async Task<bool> IsOldAsync(this TestVault vault) =>
        (await vault.ReadAsync("sys/policies/acl/kept")).Json().Text("policy")!.Contains("old", StringComparison.Ordinal);

    /// <summary>The same header with other entries, under a digest that holds and a seal that nobody made.</summary>
    public static async Task<byte[]> ForgeAsync(SnapshotHeader header, IEnumerable<SnapshotEntry> entries)
    {
        using var content = new MemoryStream();
        using var writer = await SnapshotWriter.BeginAsync(content, header, CancellationToken.None);
        foreach (var entry in entries) await writer.AddAsync(entry, 1, CancellationToken.None);
        await writer.FinishAsync(_ => new byte[32], CancellationToken.None);
        return content.ToArray();
    }

    /// <summary>All that is in it, unpacked.</summary>
    public static async Task<string> UnpackAsync(byte[] snapshot)
    {
        var start = snapshot.AsSpan().IndexOf((byte[])[0x1F, 0x8B]);
        using var gzip = new GZipStream(new MemoryStream(snapshot[start..]), CompressionMode.Decompress);
        using var all = new MemoryStream();
        await gzip.CopyToAsync(all);
        return Encoding.Latin1.GetString(snapshot[..start]) + Encoding.Latin1.GetString(all.ToArray());
    }
}
