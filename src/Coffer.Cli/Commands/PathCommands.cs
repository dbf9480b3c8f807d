using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.Input;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary>The plain verbs on any path.</summary>
internal static class PathCommands
{
    private const string BodyHelp = "key=value, key=@file, key=- (standard input), @file or - (a JSON object).";

    public static Command Read(string name, string description)
    {
        Argument<string> path = Verb.Path();
        Argument<string[]> query = Verb.Rest("QUERY", "key=value pairs for the query.");
        return Verb.Reply(name, description, async (session, cancellation) =>
        {
            string at = Clean(session.Get(path));
            var request = new CofferRequest("GET", at) { Query = [.. KeyValues.ParseTexts(session.Get(query))] };
            return await session.Client.SendAsync(request, cancellation) is { } secret ? session.Reply(secret) : session.Nothing(at);
        }, path, query);
    }

    public static Command Write(string name, string description)
    {
        Argument<string> path = Verb.Path();
        Argument<string[]> data = Verb.Rest("DATA", BodyHelp);
        Option<bool> force = Options.Flag("force", "Write without data.", "-f");
        return Verb.Reply(name, description, async (session, cancellation) =>
        {
            string at = Clean(session.Get(path));
            JsonObject body = Body(session, data, force);
            return session.ReplyOrDone(await session.Client.WriteAsync(at, body, cancellation), $"Data written to: {at}");
        }, path, data, force);
    }

    public static Command Patch(string name, string description)
    {
        Argument<string> path = Verb.Path();
        Argument<string[]> data = Verb.Rest("DATA", BodyHelp);
        Option<bool> force = Options.Flag("force", "Patch without data.", "-f");
        return Verb.Reply(name, description, async (session, cancellation) =>
        {
            string at = Clean(session.Get(path));
            JsonObject body = Body(session, data, force);
            return session.ReplyOrDone(await session.Client.PatchAsync(at, body, cancellation), $"Data patched at: {at}");
        }, path, data, force);
    }

    public static Command List(string name, string description)
    {
        Argument<string> path = Verb.Path();
        return Verb.Api(name, description, async (session, cancellation) =>
        {
            string at = Clean(session.Get(path)) + "/";
            Secret? secret = await session.Client.ListAsync(at, cancellation);
            if (secret?.WrapInfo is not null)
                return session.Reply(secret);
            return secret is { Keys.Count: > 0 } ? session.Names("Keys", secret.Keys) : session.Nothing(at);
        }, path, Options.WrapTtl);
    }

    public static Command Delete(string name, string description)
    {
        Argument<string> path = Verb.Path();
        Argument<string[]> query = Verb.Rest("QUERY", "key=value pairs for the query.");
        return Verb.Reply(name, description, async (session, cancellation) =>
        {
            string at = Clean(session.Get(path));
            var request = new CofferRequest("DELETE", at) { Query = [.. KeyValues.ParseTexts(session.Get(query))] };
            return session.ReplyOrDone(await session.Client.SendAsync(request, cancellation), $"Data deleted (if there was any) at: {at}");
        }, path, query);
    }

    /// <summary>A path as people write it, without the slashes around it.</summary>
    public static string Clean(string path)
    {
        string clean = path.Trim('/');
        return clean.StartsWith("v1/", StringComparison.Ordinal) ? clean[3..] : clean;
    }

    public static JsonObject Body(Session session, Argument<string[]> data, Option<bool> force)
    {
        string[] given = session.Get(data);
        if (given.Length == 0 && !session.Get(force))
            throw new LocalException("There is no data: give key=value, @file or -, or -force to send none.");
        return KeyValues.Parse(given);
    }
}
