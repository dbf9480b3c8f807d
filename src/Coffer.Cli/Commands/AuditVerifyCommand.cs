using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Client;
using Coffer.Formats.Transparency;

namespace Coffer.Cli.Commands;

/// <summary>Whether the audit trail is still the one that was seen before.</summary>
internal static class AuditVerifyCommand
{
    private static readonly Argument<string?> Folder = Verb.Optional("DIRECTORY", "A log's directory or a copy of it, verified without a server. Nothing: the server's checkpoints.");
    public static readonly Option<string[]> Keys = Options.Many("key", "A public key that may sign checkpoints, as text or @file; the remembered ones unless given.", "KEY");

    public static Command Build() => Verb.Quiet("verify", "Verify the audit trail against what was seen before.", (session, cancellation) =>
        session.Get(Folder) is { } folder ? Task.FromResult(Offline(session, folder, cancellation)) : OnlineAsync(session, cancellation), Folder, Keys);

    /// <summary>The keys that were given, or else the ones remembered.</summary>
    public static IReadOnlyList<NoteVerifier> Trusted(Session session)
    {
        string[] given = session.Get(Keys) ?? [];
        IReadOnlyList<NoteVerifier> keys = given.Length > 0
            ? [.. given.Select(key => RememberedCheckpoints.ParseKey(key is ['@', .. var file] ? File.ReadAllText(file) : key))]
            : RememberedCheckpoints.Keys();
        return keys.Count > 0 ? keys : throw new LocalException("No key is known. Give one with -key, or let coffer see the server once: coffer audit verify");
    }

    private static int Offline(Session session, string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
            throw new LocalException($"{folder} is not a directory.");
        LogVerification seen = LogVerifier.Verify(folder, Trusted(session), RememberedCheckpoints.All(), cancellation);
        foreach (LogFinding finding in seen.Findings)
            Terminal.Out.WriteLine($"{finding.Damage}: {finding.File}{(finding.Index >= 0 ? $", entry {finding.Index}" : "")}: {finding.Message}");
        Terminal.Out.WriteLine(seen.IsIntact
            ? $"Intact: {seen.Entries} entries of {seen.Origin}, {seen.Entries - seen.Unsigned} of them signed."
            : $"DAMAGED: {seen.Findings.Count} findings in {seen.Entries} entries of {(seen.Origin.Length > 0 ? seen.Origin : folder)}.");
        if (seen is { IsIntact: true, SignedCheckpoint: { } note })
            RememberedCheckpoints.Keep(seen.Origin, note);
        return seen.IsIntact ? ExitCode.Ok : ExitCode.Refused;
    }

    private static async Task<int> OnlineAsync(Session session, CancellationToken cancellation)
    {
        Secret? reply = await session.Client.ReadAsync("coffer/audit/checkpoint", cancellation);
        if (reply?.Data is not { } data || !data.TryGetProperty("checkpoints", out System.Text.Json.JsonElement checkpoints))
            return session.Nothing("coffer/audit/checkpoint");
        bool good = true;
        foreach (System.Text.Json.JsonElement offered in checkpoints.EnumerateArray())
            good &= Compare(Secret.Text(offered, "note"), Secret.Text(offered, "key"));
        return good ? ExitCode.Ok : ExitCode.Refused;
    }

    private static bool Compare(string note, string keyText)
    {
        string origin = note.Split('\n', 2)[0];
        NoteVerifier offered = RememberedCheckpoints.ParseKey(keyText);
        NoteVerifier key = RememberedCheckpoints.Key(origin) ?? offered;
        if (Checkpoint.Open(note, key) is not { } now)
            return Say($"DAMAGED: {origin}: the checkpoint is not signed by the key that was seen before ({key.KeyId:x8}).", good: false);
        if (RememberedCheckpoints.Note(origin) is { } old && Checkpoint.Open(old, key) is { } before)
        {
            if (now.Size < before.Size)
                return Say($"DAMAGED: {origin}: the server's log has {now.Size} entries, but {before.Size} were seen before.", good: false);
            if (now.Size == before.Size && now.Root != before.Root)
                return Say($"DAMAGED: {origin}: the first {now.Size} entries are not those that were seen before.", good: false);
            Say($"Signed: {origin}: {now.Size} entries, {before.Size} when last seen.", good: true);
        }
        else
        {
            Say($"Signed: {origin}: {now.Size} entries, seen for the first time (key {key.KeyId:x8}).", good: true);
        }
        RememberedCheckpoints.Keep(origin, note, key);
        return true;
    }

    private static bool Say(string line, bool good)
    {
        Terminal.Out.WriteLine(line);
        return good;
    }
}
