using Coffer.Core.Storage;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Storage;

public sealed class SqliteFile : StorageConformance
{
    private readonly TempDirectory directory = new();

    protected override async ValueTask<IStorage> OpenFirstAsync() => await SqliteStorage.OpenAsync(directory.File("coffer.db"));

    protected override ValueTask<IStorage> OpenNodeAsync() => ValueTask.FromResult(Storage);

    protected override ValueTask CleanUpAsync()
    {
        directory.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class SqliteInMemory : StorageConformance
{
    protected override async ValueTask<IStorage> OpenFirstAsync() => await SqliteStorage.OpenAsync(null);

    protected override ValueTask<IStorage> OpenNodeAsync() => ValueTask.FromResult(Storage);
}
