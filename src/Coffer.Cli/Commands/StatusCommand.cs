using System.CommandLine;
using System.Text.Json;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

internal static class StatusCommand
{
    public static Command Build(string name, string description) => Verb.Api(name, description, RunAsync, Options.Field);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellation)
    {
        SealStatus status = await session.ConnectAs(null).Sys.SealStatusAsync(cancellation);
        return Show(session, status) is var code and not ExitCode.Ok ? code : status.IsSealed ? ExitCode.Refused : ExitCode.Ok;
    }

    /// <summary>A seal status, in the order in which it is read.</summary>
    public static int Show(Session session, SealStatus status)
    {
        if (session.Wanted is not null || session.Format != OutputFormat.Table)
            return session.Fields(status.Raw);
        var table = new Table("Key", "Value");
        table.Add("Seal Type", status.Type);
        Add(table, status, "Initialized", "initialized");
        Add(table, status, "Sealed", "sealed");
        table.Add("Total Shares", $"{status.Shares}");
        table.Add("Threshold", $"{status.Threshold}");
        if (status.IsSealed && status.Threshold > 0)
        {
            table.Add("Unseal Progress", $"{status.Progress}/{status.Threshold}");
            Add(table, status, "Unseal Nonce", "nonce");
        }
        Add(table, status, "Version", "version");
        Add(table, status, "Coffer Version", "coffer_version");
        Add(table, status, "Build Date", "build_date");
        Add(table, status, "Storage Type", "storage_type");
        Add(table, status, "Cluster Name", "cluster_name");
        Add(table, status, "Cluster ID", "cluster_id");
        table.Write(Terminal.Out);
        return ExitCode.Ok;
    }

    private static void Add(Table table, SealStatus status, string title, string field)
    {
        if (status.Raw.TryGetProperty(field, out JsonElement value))
            table.Add(title, Cell.Text(field, value));
    }
}
