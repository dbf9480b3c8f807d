using System.Net;
using Coffer.Core.Storage;
using Coffer.Modules.Storage.PostgreSql;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;

namespace Coffer.Bench;

/// <summary>A fresh server with the storage asked for, on the file system of the temporary directory; or the storage alone.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly TempDirectory directory = new();
    private PostgresServer? postgres;
    private Uri? database;
    private CofferProcess? server;

    public CofferProcess Server => server ?? throw new InvalidOperationException("this stage has storage only");

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Server.Port);

    public string Directory => directory.Path;

    public static async Task<Stage> EmptyAsync(Options options)
    {
        var stage = new Stage();
        if (options.Storage != "postgresql")
            return stage;
        stage.postgres = await PostgresServer.StartAsync();
        stage.database = await stage.postgres.CreateDatabaseAsync();
        return stage;
    }

    public static async Task<Stage> StartAsync(Options options)
    {
        var stage = await EmptyAsync(options);
        stage.server = await CofferProcess.StartAsync(
            CofferOptions.Sqlite with { Directory = stage.directory.Path, Postgres = stage.database });
        return stage;
    }

    /// <summary>The storage itself; the server must have stopped.</summary>
    public async Task<IStorage> OpenStorageAsync() => database is null
        ? await SqliteStorage.OpenAsync(directory.File("coffer.db"))
        : await PostgreSqlStorage.OpenAsync(new PostgreSqlOptions { ConnectionUrl = database.ToString() });

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        if (postgres is not null)
            await postgres.DisposeAsync();
        directory.Dispose();
    }
}
