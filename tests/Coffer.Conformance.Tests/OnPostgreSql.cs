using Coffer.TestKit;

namespace Coffer.Conformance.Tests;

public sealed class OnPostgreSql(OnPostgreSql.Databases databases) : IClassFixture<OnPostgreSql.Databases>
{
    [Theory]
    [MemberData(nameof(RecordedVault.Files), MemberType = typeof(RecordedVault))]
    public async Task AnswersAsRecorded(string file) =>
        await RecordedVault.ReplayAsync(file, CofferOptions.Sqlite with { Postgres = await databases.Server.CreateDatabaseAsync() });

    /// <summary>One PostgreSQL for the class; every file has a database of its own.</summary>
    public sealed class Databases : IAsyncLifetime
    {
        private PostgresServer? server;

        public PostgresServer Server => server!;

        public async ValueTask InitializeAsync() => server = await PostgresServer.StartAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
