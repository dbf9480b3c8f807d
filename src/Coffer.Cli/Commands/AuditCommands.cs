using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.Input;
using Coffer.Cli.Output;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer audit</c>: the sinks, and the trail itself.</summary>
internal static class AuditCommands
{
    public static Command Build(string name, string description) => Verb.Group(
        name, description, List(), Enable(), Disable(), AuditEventCommands.Tail(), AuditEventCommands.Query(), AuditVerifyCommand.Build(), AuditProveCommand.Build());

    private static Command List() => Verb.Api("list", "List the audit sinks.", async (session, cancellation) =>
        MountOptions.Show(session, await session.Client.Sys.ListAuditAsync(cancellation)), MountOptions.Detailed);

    private static Command Enable()
    {
        Argument<string> sink = Verb.Path("TYPE", "file, syslog or http.");
        Argument<string[]> options = Verb.Rest("OPTIONS", "key=value, such as file_path=/var/log/coffer/audit.log.");
        return Verb.Quiet("enable", "Enable an audit sink.", async (session, cancellation) =>
        {
            string type = session.Get(sink);
            string at = (session.Get(MountOptions.At) ?? type).Trim('/');
            var settings = new JsonObject { ["type"] = type, ["description"] = session.Get(MountOptions.Description) ?? "", ["options"] = KeyValues.Parse(session.Get(options)) };
            if (session.Get(MountOptions.Local))
                settings["local"] = true;
            await session.Client.Sys.EnableAuditAsync(at, settings, cancellation);
            return session.Done($"Enabled the {type} audit sink at: {at}/");
        }, sink, options, MountOptions.At, MountOptions.Description, MountOptions.Local);
    }

    private static Command Disable()
    {
        Argument<string> path = Verb.Path("PATH", "The sink.");
        return Verb.Quiet("disable", "Disable an audit sink.", async (session, cancellation) =>
        {
            string at = session.Get(path).Trim('/');
            await session.Client.Sys.DisableAuditAsync(at, cancellation);
            return session.Done($"Disabled the audit sink (if there was one) at: {at}/");
        }, path);
    }
}
