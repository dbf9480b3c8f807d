using System.Net;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;

namespace Coffer.Bench;

/// <summary>A fresh server with the storage asked for, on the file system of the temporary directory; or the storage alone.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly TempDirectory directory = new();
    private CofferProcess? server;

    public CofferProcess Server => server ?? throw new InvalidOperationException("this stage has storage only");

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Server.Port);

    public string Directory => directory.Path;

    public static Task<Stage> EmptyAsync(Options options) => Task.FromResult(new Stage());

    public static async Task<Stage> StartAsync(Options options)
    {
        var stage = await EmptyAsync(options);
        stage.server = await CofferProcess.StartAsync(CofferOptions.Sqlite with { Directory = stage.directory.Path });
        return stage;
    }

    /// <summary>The storage itself; the server must have stopped.</summary>
    public async Task<IStorage> OpenStorageAsync() => await SqliteStorage.OpenAsync(directory.File("coffer.db"));

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        directory.Dispose();
    }
}
