using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.Output;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer secrets</c>: the engines and where they are mounted.</summary>
internal static class SecretsCommands
{
    public static Command Build(string name, string description) =>
        Verb.Group(name, description, List(), Enable(), Disable(), Move(), Tune());

    private static Command List() => Verb.Api("list", "List the mounted engines.", async (session, cancellation) =>
        MountOptions.Show(session, await session.Client.Sys.ListMountsAsync(cancellation)), MountOptions.Detailed);

    private static Command Enable()
    {
        Argument<string> engine = Verb.Path("TYPE", "The engine, such as kv, kv-v2 or transit.");
        return Verb.Quiet("enable", "Mount an engine.", async (session, cancellation) =>
        {
            string type = session.Get(engine);
            string at = (session.Get(MountOptions.At) ?? type).Trim('/');
            JsonObject settings = MountOptions.Enable(session, type == "kv-v2" ? "kv" : type);
            if (type == "kv-v2")
            {
                JsonObject options = settings["options"]?.AsObject() ?? [];
                options["version"] = "2";
                settings["options"] ??= options;
            }
            await session.Client.Sys.MountAsync(at, settings, cancellation);
            return session.Done($"Enabled the {type} secrets engine at: {at}/");
        }, [engine, MountOptions.At, MountOptions.Description, MountOptions.Local, .. MountOptions.Tuning]);
    }

    private static Command Disable()
    {
        Argument<string> path = Verb.Path("PATH", "The mount. Its leases are revoked and its data deleted.");
        return Verb.Quiet("disable", "Unmount an engine and delete its data.", async (session, cancellation) =>
        {
            string at = session.Get(path).Trim('/');
            await session.Client.Sys.UnmountAsync(at, cancellation);
            return session.Done($"Disabled the secrets engine (if there was one) at: {at}/");
        }, path);
    }

    private static Command Move()
    {
        Argument<string> from = Verb.Path("FROM", "The mount.");
        Argument<string> to = Verb.Path("TO", "Where it is to be.");
        return Verb.Quiet("move", "Move a mount.", async (session, cancellation) =>
        {
            (string source, string destination) = (session.Get(from).Trim('/'), session.Get(to).Trim('/'));
            await session.Client.Sys.RemountAsync(source, destination, cancellation);
            return session.Done($"Moved {source}/ to: {destination}/");
        }, from, to);
    }

    private static Command Tune()
    {
        Argument<string> path = Verb.Path("PATH", "The mount.");
        return Verb.Quiet("tune", "Change a mount's settings.", async (session, cancellation) =>
        {
            string at = session.Get(path).Trim('/');
            return session.ReplyOrDone(
                await session.Client.Sys.TuneMountAsync(at, MountOptions.Tune(session), cancellation), $"Tuned the secrets engine at: {at}/");
        }, [path, MountOptions.Description, .. MountOptions.Tuning]);
    }
}
