using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer auth</c>: the ways to log in and where they are mounted.</summary>
internal static class AuthCommands
{
    public static Command Build(string name, string description) =>
        Verb.Group(name, description, List(), Enable(), Disable(), Tune(), Help());

    private static Command List() => Verb.Api("list", "List the auth methods.", async (session, cancellation) =>
        MountOptions.Show(session, await session.Client.Sys.ListAuthAsync(cancellation)), MountOptions.Detailed);

    private static Command Enable()
    {
        Argument<string> method = Verb.Path("TYPE", "The method, such as userpass, approle or jwt.");
        return Verb.Quiet("enable", "Enable an auth method.", async (session, cancellation) =>
        {
            string type = session.Get(method);
            string at = (session.Get(MountOptions.At) ?? type).Trim('/');
            await session.Client.Sys.EnableAuthAsync(at, MountOptions.Enable(session, type), cancellation);
            return session.Done($"Enabled {type} auth method at: {at}/");
        }, [method, MountOptions.At, MountOptions.Description, MountOptions.Local, .. MountOptions.Tuning]);
    }

    private static Command Disable()
    {
        Argument<string> path = Verb.Path("PATH", "The method's mount. The tokens it gave out are revoked.");
        return Verb.Quiet("disable", "Disable an auth method and revoke its tokens.", async (session, cancellation) =>
        {
            string at = session.Get(path).Trim('/');
            await session.Client.Sys.DisableAuthAsync(at, cancellation);
            return session.Done($"Disabled the auth method (if there was one) at: {at}/");
        }, path);
    }

    private static Command Tune()
    {
        Argument<string> path = Verb.Path("PATH", "The method's mount.");
        return Verb.Quiet("tune", "Change an auth method's settings.", async (session, cancellation) =>
        {
            string at = session.Get(path).Trim('/');
            return session.ReplyOrDone(
                await session.Client.Sys.TuneAuthAsync(at, MountOptions.Tune(session), cancellation), $"Tuned the auth method at: {at}/");
        }, [path, MountOptions.Description, .. MountOptions.Tuning]);
    }

    private static Command Help()
    {
        Argument<string> path = Verb.Path("PATH", "The method's mount.");
        return Verb.Quiet("help", "Print what the server says about an auth method.", async (session, cancellation) =>
        {
            string at = $"auth/{session.Get(path).Trim('/')}/";
            Secret? reply = await session.Client.SendAsync(new CofferRequest("GET", at) { Query = [new("help", "1")] }, cancellation);
            if (reply is null || !reply.Raw.TryGetProperty("help", out System.Text.Json.JsonElement help))
                return session.Nothing(at);
            Terminal.Out.WriteLine(help.GetString()?.TrimEnd());
            return ExitCode.Ok;
        }, path);
    }
}
