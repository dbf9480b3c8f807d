using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer kv metadata</c>: what is known about a secret beside its data.</summary>
internal static class KvMetadataCommands
{
    private static readonly Option<int?> MaxVersions = Options.Number("max-versions", "How many versions are kept; 0: the mount's number.");
    private static readonly Option<bool> CasRequired = Options.Flag("cas-required", "Refuse writes that do not name the version they replace.");
    private static readonly Option<string?> DeleteAfter = Options.Text("delete-version-after", "Delete each version after this time, as 720h.", "TIME");
    private static readonly Option<string[]> Custom = Options.Many("custom-metadata", "A note, as key=value; may be given often.", "K=V");
    private static readonly Option<string?> Owner = Options.Text("owner", "Who answers for the secret.", "NAME");
    private static readonly Option<string?> Purpose = Options.Text("purpose", "What the secret is for.", "TEXT");
    private static readonly Option<string?> ExpiresAt = Options.Text("expires-at", "When the secret ends, RFC 3339.", "TIME");
    private static readonly Option[] Settings = [MaxVersions, CasRequired, DeleteAfter, Custom, Owner, Purpose, ExpiresAt];

    public static Command Build() => Verb.Group("metadata", "What is known about a secret beside its data.", Get(), Put(), Patch(), Delete());

    private static Command Get()
    {
        Argument<string> path = Verb.Path();
        return Verb.Reply("get", "Show a secret's record and its versions.", async (session, cancellation) =>
        {
            KvPath at = await KvCommands.LocateVersionedAsync(session, path, cancellation);
            Secret? record = await session.Client.Kv.ReadMetadataAsync(at, cancellation);
            if (record is null)
                return session.Nothing(at.Api("metadata"));
            if (record.Data is not { } data || session.Wanted is not null || session.Format != OutputFormat.Table)
                return session.Reply(record);
            Write(at, data);
            return ExitCode.Ok;
        }, path, Options.Mount);
    }

    private static Command Put()
    {
        Argument<string> path = Verb.Path();
        return Verb.Quiet("put", "Set a secret's settings and notes; the notes are replaced.", async (session, cancellation) =>
        {
            KvPath at = await KvCommands.LocateVersionedAsync(session, path, cancellation);
            Secret? reply = await session.Client.Kv.WriteMetadataAsync(at, Given(session), cancellation);
            return session.ReplyOrDone(reply, $"Data written to: {at.Api("metadata")}");
        }, [path, Options.Mount, .. Settings]);
    }

    private static Command Patch()
    {
        Argument<string> path = Verb.Path();
        Option<string[]> remove = Options.Many("remove-custom-metadata", "A note to remove; may be given often.", "KEY");
        return Verb.Quiet("patch", "Change some of a secret's settings and notes.", async (session, cancellation) =>
        {
            KvPath at = await KvCommands.LocateVersionedAsync(session, path, cancellation);
            JsonObject given = Given(session);
            if (session.Get(remove) is { Length: > 0 } keys)
            {
                JsonObject notes = given["custom_metadata"]?.AsObject() ?? [];
                foreach (string key in keys)
                    notes[key] = null;
                given["custom_metadata"] ??= notes;
            }
            Secret? reply = await session.Client.Kv.PatchMetadataAsync(at, given, cancellation);
            return session.ReplyOrDone(reply, $"Data patched at: {at.Api("metadata")}");
        }, [path, Options.Mount, remove, .. Settings]);
    }

    private static Command Delete()
    {
        Argument<string> path = Verb.Path();
        return Verb.Quiet("delete", "Delete a secret with all its versions, for good.", async (session, cancellation) =>
        {
            KvPath at = await KvCommands.LocateVersionedAsync(session, path, cancellation);
            Secret? reply = await session.Client.Kv.DeleteMetadataAsync(at, cancellation);
            return session.ReplyOrDone(reply, $"Data deleted (if there was any) at: {at.Api("metadata")}");
        }, path, Options.Mount);
    }

    private static JsonObject Given(Session session)
    {
        var given = new JsonObject();
        if (session.Get(MaxVersions) is { } versions)
            given["max_versions"] = versions;
        if (session.Has(CasRequired))
            given["cas_required"] = session.Get(CasRequired);
        if (session.Get(DeleteAfter) is { } after)
            given["delete_version_after"] = after;
        if (session.Get(Owner) is { } owner)
            given["owner"] = owner;
        if (session.Get(Purpose) is { } purpose)
            given["purpose"] = purpose;
        if (session.Get(ExpiresAt) is { } expires)
            given["expires_at"] = expires;
        if (session.Get(Custom) is { Length: > 0 } notes)
            given["custom_metadata"] = Input.KeyValues.Parse(notes);
        return given;
    }

    private static void Write(KvPath path, JsonElement record)
    {
        var table = new Table("Key", "Value");
        foreach (JsonProperty field in record.EnumerateObject().OrderBy(field => field.Name, StringComparer.Ordinal))
            if (field.Name != "versions")
                table.Add(field.Name, Cell.Text(field.Name, field.Value));
        string at = path.Api("metadata");
        Table.Title(Terminal.Out, "Metadata Path", Math.Max(table.Width, at.Length));
        Terminal.Out.WriteLine(at);
        Terminal.Out.WriteLine();
        Table.Title(Terminal.Out, "Metadata", table.Width);
        table.Write(Terminal.Out);
        if (!record.TryGetProperty("versions", out JsonElement versions) || versions.ValueKind != JsonValueKind.Object)
            return;
        foreach (JsonProperty version in versions.EnumerateObject().OrderBy(version => int.Parse(version.Name)))
        {
            Table rows = SecretFields.Rows(version.Value);
            Terminal.Out.WriteLine();
            Table.Title(Terminal.Out, $"Version {version.Name}", rows.Width);
            rows.Write(Terminal.Out);
        }
    }
}
