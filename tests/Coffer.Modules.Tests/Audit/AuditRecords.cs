using System.Text;
using System.Text.Json;
using Coffer.Formats.Transparency;

namespace Coffer.Modules.Tests.Audit;

/// <summary>What a vault has recorded.</summary>
internal static class AuditRecords
{
    /// <summary>The whole log as text.</summary>
    public static string AuditText(this TestVault vault) =>
        string.Join('\n', LogProver.Entries(vault.Folder.File("audit"), 0).Select(e => Encoding.UTF8.GetString(e.Entry)));

    /// <summary>The entries of a path.</summary>
    public static IReadOnlyList<JsonElement> AuditOf(this TestVault vault, string path) =>
        [.. vault.AuditText().Split('\n').Select(line => JsonElement.Parse(line)).Where(e => e.Text("path") == path)];

    public static string Hashed(this TestVault vault, string value) => vault.Vault.Audit.Hash(value)!;

    /// <summary>What the index answers once it has caught up and <paramref name="rows"/> fit.</summary>
    public static async Task<JsonElement> QueryAsync(this TestVault vault, string question, int rows)
    {
        for (var i = 0; ; i++)
        {
            var answer = (await vault.ReadAsync($"coffer/audit/query?{question}")).Json();
            if (i == 200 || answer.GetProperty("events").GetArrayLength() >= rows) return answer;
            await Task.Delay(50);
        }
    }
}
