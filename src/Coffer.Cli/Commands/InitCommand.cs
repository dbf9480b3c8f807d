using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

internal static class InitCommand
{
    private static readonly Option<int?> Shares = Options.Number("key-shares", "How many key shares to make; 5 unless given.");
    private static readonly Option<int?> Threshold = Options.Number("key-threshold", "How many of them open the server; 3 unless given.");
    private static readonly Option<int?> RecoveryShares = Options.Number("recovery-shares", "For a server that unseals itself: how many recovery shares.");
    private static readonly Option<int?> RecoveryThreshold = Options.Number("recovery-threshold", "How many of them are needed.");
    private static readonly Option<bool> Status = Options.Flag("status", "Only say whether the server is initialised: exit 0, or 2 if not.");

    public static Command Build() =>
        Verb.Api("init", "Initialise the server: make its keys and first token.", RunAsync, Shares, Threshold, RecoveryShares, RecoveryThreshold, Status);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellation)
    {
        Sys sys = session.ConnectAs(null).Sys;
        if (session.Get(Status))
        {
            bool initialized = await sys.IsInitializedAsync(cancellation);
            Terminal.Out.WriteLine(initialized ? "The server is initialised." : "The server is not initialised.");
            return initialized ? ExitCode.Ok : ExitCode.Refused;
        }
        SealStatus status = await sys.SealStatusAsync(cancellation);
        bool unattended = status.Type is not ("" or "shamir");
        var settings = new JsonObject();
        int shares = session.Get(Shares) ?? (unattended ? 1 : 5);
        int threshold = session.Get(Threshold) ?? (unattended ? 1 : Math.Min(3, shares));
        if (!unattended || session.Has(Shares) || session.Has(Threshold))
        {
            settings["secret_shares"] = shares;
            settings["secret_threshold"] = threshold;
        }
        if (unattended || session.Has(RecoveryShares) || session.Has(RecoveryThreshold))
        {
            settings["recovery_shares"] = session.Get(RecoveryShares) ?? 5;
            settings["recovery_threshold"] = session.Get(RecoveryThreshold) ?? 3;
        }
        InitialKeys keys = await sys.InitAsync(settings, cancellation);
        if (session.Format != OutputFormat.Table)
            return session.Value(ForPrograms(keys, shares, threshold));
        Write(keys, threshold);
        return ExitCode.Ok;
    }

    private static void Write(InitialKeys keys, int threshold)
    {
        for (int i = 0; i < keys.Keys.Count; i++)
            Terminal.Out.WriteLine($"Unseal Key {i + 1}: {keys.Keys[i]}");
        for (int i = 0; i < keys.RecoveryKeys.Count; i++)
            Terminal.Out.WriteLine($"Recovery Key {i + 1}: {keys.RecoveryKeys[i]}");
        Terminal.Out.WriteLine();
        Terminal.Out.WriteLine($"Initial Root Token: {keys.RootToken}");
        Terminal.Out.WriteLine();
        Terminal.Out.WriteLine(keys.Keys.Count > 0
            ? $"Nobody can show these again. Give each key to another person: any {threshold} of {keys.Keys.Count} unseal the server, fewer never do."
            : "Nobody can show these again. The server unseals itself; the recovery keys make a new root token.");
    }

    // The names that Vault's command line gives them, which scripts pick with jq.
    private static JsonElement ForPrograms(InitialKeys keys, int shares, int threshold) => Json.Element(writer =>
    {
        writer.WriteStartObject();
        List(writer, "unseal_keys_b64", keys.Keys);
        List(writer, "unseal_keys_hex", [.. keys.Keys.Select(key => Convert.ToHexStringLower(Convert.FromBase64String(key)))]);
        writer.WriteNumber("unseal_shares", shares);
        writer.WriteNumber("unseal_threshold", threshold);
        List(writer, "recovery_keys_b64", keys.RecoveryKeys);
        List(writer, "recovery_keys_hex", [.. keys.RecoveryKeys.Select(key => Convert.ToHexStringLower(Convert.FromBase64String(key)))]);
        writer.WriteString("root_token", keys.RootToken);
        writer.WriteEndObject();
    });

    private static void List(Utf8JsonWriter writer, string name, IReadOnlyList<string> items)
    {
        writer.WriteStartArray(name);
        foreach (string item in items)
            writer.WriteStringValue(item);
        writer.WriteEndArray();
    }
}
