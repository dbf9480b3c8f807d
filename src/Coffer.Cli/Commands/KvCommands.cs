using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.Input;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer kv</c>: secrets by the paths people know, whatever the mount's version.</summary>
internal static class KvCommands
{
    private const string BodyHelp = "key=value, key=@file, key=- (standard input), @file or - (a JSON object).";

    public static Command Build(string name, string description) => Verb.Group(
        name, description,
        Get(), Put(), Patch(), List(), Delete(),
        Versions("undelete", "Bring deleted versions back.", "Undeleted", (kv, path, versions, cancellation) => kv.UndeleteAsync(path, versions, cancellation)),
        Versions("destroy", "Erase versions for good.", "Destroyed", (kv, path, versions, cancellation) => kv.DestroyAsync(path, versions, cancellation)),
        Rollback(), KvMetadataCommands.Build(), EnableVersioning());

    /// <summary>Where the secret is, by PATH alone or by -mount and PATH.</summary>
    public static Task<KvPath> LocateAsync(Session session, Argument<string> path, CancellationToken cancellation)
    {
        string given = PathCommands.Clean(session.Get(path));
        return session.Get(Options.Mount) is { } mount
            ? session.Client.Kv.LocateInAsync(mount, given, cancellation)
            : session.Client.Kv.LocateAsync(given, cancellation);
    }

    /// <summary>The same, for what only version 2 has.</summary>
    public static async Task<KvPath> LocateVersionedAsync(Session session, Argument<string> path, CancellationToken cancellation)
    {
        KvPath found = await LocateAsync(session, path, cancellation);
        return found.Version == 2
            ? found
            : throw new LocalException($"{found.Mount} is kv version 1, which keeps no versions. Mount version 2 (coffer secrets enable -path=PATH kv-v2) and copy the secrets.");
    }

    private static Command Get()
    {
        Argument<string> path = Verb.Path();
        Option<int?> version = Options.Number("version", "The version; the current one unless given.");
        return Verb.Reply("get", "Read a secret.", async (session, cancellation) =>
        {
            KvPath at = await LocateAsync(session, path, cancellation);
            KvSecret? secret = await session.Client.Kv.GetAsync(at, session.Get(version), cancellation);
            return secret is null ? session.Nothing(at.Api("data")) : KvSecretOutput.Show(session, secret);
        }, path, Options.Mount, version);
    }

    private static Command Put()
    {
        Argument<string> path = Verb.Path();
        Argument<string[]> data = Verb.Rest("DATA", BodyHelp);
        Option<int?> cas = Options.Number("cas", "Write only over this version; 0: only if there is none.");
        return Verb.Reply("put", "Write a secret: all of its fields.", async (session, cancellation) =>
        {
            KvPath at = await LocateAsync(session, path, cancellation);
            JsonObject fields = Fields(session, data);
            return KvSecretOutput.Written(session, at, await session.Client.Kv.PutAsync(at, fields, session.Get(cas), cancellation));
        }, path, data, Options.Mount, cas);
    }

    private static Command Patch()
    {
        Argument<string> path = Verb.Path();
        Argument<string[]> data = Verb.Rest("DATA", BodyHelp);
        Option<int?> cas = Options.Number("cas", "Change only this version.");
        return Verb.Reply("patch", "Change some fields of a secret.", async (session, cancellation) =>
        {
            KvPath at = await LocateVersionedAsync(session, path, cancellation);
            JsonObject fields = Fields(session, data);
            return KvSecretOutput.Written(session, at, await session.Client.Kv.PatchAsync(at, fields, session.Get(cas), cancellation));
        }, path, data, Options.Mount, cas);
    }

    private static Command List()
    {
        Argument<string?> path = Verb.Optional("PATH", "The path; with -mount it may be left out.");
        return Verb.Api("list", "List the names below a path.", async (session, cancellation) =>
        {
            string given = PathCommands.Clean(session.Get(path) ?? "");
            KvPath at = session.Get(Options.Mount) is { } mount
                ? await session.Client.Kv.LocateInAsync(mount, given, cancellation)
                : await session.Client.Kv.LocateAsync(given.Length > 0 ? given : throw new LocalException("Give a path, or -mount."), cancellation);
            IReadOnlyList<string> names = await session.Client.Kv.ListAsync(at with { Path = at.Path.Length == 0 ? "" : at.Path + "/" }, cancellation);
            return names.Count > 0 ? session.Names("Keys", names) : session.Nothing(at.Api("metadata"));
        }, path, Options.Mount);
    }

    private static Command Delete()
    {
        Argument<string> path = Verb.Path();
        Option<string[]> versions = Options.Many("versions", "Versions, as 1,2,3; the current one unless given.", "N,…");
        return Verb.Quiet("delete", "Delete versions; version 2 can bring them back.", async (session, cancellation) =>
        {
            int[] wanted = Numbers(session.Get(versions));
            KvPath at = wanted.Length > 0
                ? await LocateVersionedAsync(session, path, cancellation)
                : await LocateAsync(session, path, cancellation);
            Secret? reply = await session.Client.Kv.DeleteAsync(at, wanted, cancellation);
            return session.ReplyOrDone(reply, $"Data deleted (if there was any) at: {at.Api("data")}");
        }, path, Options.Mount, versions);
    }

    private static Command Versions(
        string name, string description, string done, Func<Kv, KvPath, int[], CancellationToken, Task<Secret?>> act)
    {
        Argument<string> path = Verb.Path();
        Option<string[]> versions = Options.Many("versions", "Versions, as 1,2,3.", "N,…");
        versions.Required = true;
        return Verb.Quiet(name, description, async (session, cancellation) =>
        {
            KvPath at = await LocateVersionedAsync(session, path, cancellation);
            Secret? reply = await act(session.Client.Kv, at, Numbers(session.Get(versions)), cancellation);
            return session.ReplyOrDone(reply, $"{done}: {at.Api(name)}");
        }, path, Options.Mount, versions);
    }

    private static Command Rollback()
    {
        Argument<string> path = Verb.Path();
        Option<int?> version = Options.Number("version", "The version to go back to.");
        version.Required = true;
        return Verb.Api("rollback", "Write an old version's data as the newest.", async (session, cancellation) =>
        {
            KvPath at = await LocateVersionedAsync(session, path, cancellation);
            int wanted = session.Get(version) ?? 0;
            Secret? metadata = await session.Client.Kv.ReadMetadataAsync(at, cancellation);
            KvSecret? old = await session.Client.Kv.GetAsync(at, wanted, cancellation);
            if (old?.Data is not { } data || metadata?.Data is not { } record)
                throw new LocalException($"Version {wanted} of {at} is not there, or is deleted: {at} stays as it is.", ExitCode.Refused);
            // Only over the version seen now, so that a write in between is not lost.
            int current = record.GetProperty("current_version").GetInt32();
            JsonObject fields = JsonObject.Create(data)!;
            return KvSecretOutput.Written(session, at, await session.Client.Kv.PutAsync(at, fields, current, cancellation));
        }, path, Options.Mount, version);
    }

    private static Command EnableVersioning()
    {
        Argument<string> mount = Verb.Path("MOUNT", "A kv version 1 mount.");
        return Verb.Quiet("enable-versioning", "Turn a version 1 mount into version 2, where the server can (Vault does, Coffer does not).", async (session, cancellation) =>
        {
            var settings = new JsonObject { ["options"] = new JsonObject { ["version"] = "2" } };
            string at = session.Get(mount).Trim('/');
            return session.ReplyOrDone(await session.Client.Sys.TuneMountAsync(at, settings, cancellation), $"Versions are kept at: {at}/");
        }, mount);
    }

    private static JsonObject Fields(Session session, Argument<string[]> data)
    {
        string[] given = session.Get(data);
        return given.Length > 0 ? KeyValues.Parse(given) : throw new LocalException("There is no data: give key=value, key=@file, @file or -.");
    }

    private static int[] Numbers(string[]? given) =>
    [
        .. (given ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
                ? number
                : throw new LocalException($"\"{text}\" is not a version."))
    ];
}
