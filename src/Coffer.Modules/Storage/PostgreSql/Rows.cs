using Coffer.Core.Storage;
using Npgsql;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>All entries of one moment, streamed: one statement, so the server keeps that moment for it while writes go on.</summary>
internal sealed class Rows : IAsyncDisposable
{
    private readonly NpgsqlCommand command;
    private readonly NpgsqlDataReader reader;

    private Rows(NpgsqlCommand command, NpgsqlDataReader reader)
    {
        this.command = command;
        this.reader = reader;
    }

    public static async Task<Rows> OpenAsync(NpgsqlDataSource source, CancellationToken cancel)
    {
        var command = source.CreateCommand($"SELECT {Statements.Columns} FROM coffer_entry ORDER BY ns, path");
        command.CommandTimeout = 0;
        try
        {
            return new Rows(command, await command.ExecuteReaderAsync(cancel));
        }
        catch (Exception error)
        {
            await command.DisposeAsync();
            if (Faults.IsDatabase(error))
                throw Faults.Translate(error);
            throw;
        }
    }

    public async ValueTask<Entry?> NextAsync(CancellationToken cancel)
    {
        try
        {
            return await reader.ReadAsync(cancel) ? Statements.Row(reader) : null;
        }
        catch (Exception error) when (Faults.IsDatabase(error))
        {
            throw Faults.Translate(error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await command.DisposeAsync();
    }
}
