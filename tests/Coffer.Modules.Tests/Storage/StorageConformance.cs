using System.Text;
using Coffer.Core.Storage;

namespace Coffer.Modules.Tests.Storage;

/// <summary>What every driver must do, member by member. A driver's tests derive from it and say how a storage is opened.</summary>
public abstract partial class StorageConformance : IAsyncLifetime
{
    private readonly List<IStorage> opened = [];

    protected IStorage Storage { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Storage = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var storage in opened)
            await storage.DisposeAsync();
        await CleanUpAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A new, empty storage.</summary>
    protected abstract ValueTask<IStorage> OpenFirstAsync();

    /// <summary>Another node on the same storage, or the same one where the driver serves a single node.</summary>
    protected abstract ValueTask<IStorage> OpenNodeAsync();

    protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    protected async Task<IStorage> NodeAsync()
    {
        var node = await OpenNodeAsync();
        if (!opened.Contains(node))
            opened.Add(node);
        return node;
    }

    protected static EntryKey Key(string path) => new(NamespaceId.Root, path);

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(Entry? entry) => Encoding.UTF8.GetString(Assert.IsType<Entry>(entry).Value.Span);

    protected async Task<long> PutAsync(string path, string value = "v", Due? due = null)
    {
        var result = await Storage.CommitAsync(new Batch().Put(Key(path), Bytes(value), due));
        Assert.True(result.Committed);
        return result.Position;
    }

    protected async Task PutAllAsync(params IEnumerable<string> paths)
    {
        var batch = new Batch();
        foreach (var path in paths)
            batch.Put(Key(path), Bytes(path));
        Assert.True((await Storage.CommitAsync(batch)).Committed);
    }

    protected async Task<List<Entry>> EverythingAsync()
    {
        var all = new List<Entry>();
        await foreach (var entry in Storage.SnapshotAsync())
            all.Add(entry);
        return all;
    }

    private async Task<IStorage> OpenAsync()
    {
        var storage = await OpenFirstAsync();
        opened.Add(storage);
        return storage;
    }
}
