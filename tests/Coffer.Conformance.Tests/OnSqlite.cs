using Coffer.TestKit;

namespace Coffer.Conformance.Tests;

public sealed class OnSqlite
{
    [Theory]
    [MemberData(nameof(RecordedVault.Files), MemberType = typeof(RecordedVault))]
    public Task AnswersAsRecorded(string file) => RecordedVault.ReplayAsync(file, CofferOptions.Sqlite);
}
