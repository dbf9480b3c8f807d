using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary>What happened: as it happens, or by question.</summary>
internal static class AuditEventCommands
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly Option<int?> Limit = Options.Number("limit", "At most so many; 100 unless given.");
    private static readonly Option<string?> After = Options.Text("after", "Only what follows this entry.", "CURSOR");

    public static Command Tail()
    {
        Option<bool> follow = Options.Flag("follow", "Wait for more, until interrupted.", "-f");
        return Verb.Api("tail", "Show the last entries of the audit trail.", async (session, cancellation) =>
        {
            string? after = session.Get(After);
            while (true)
            {
                Secret? reply = await AskAsync(session, "coffer/audit/events", [.. Paging(session, after)], cancellation);
                Show(session, reply);
                if (!session.Get(follow))
                    return ExitCode.Ok;
                after = Cursor(reply) ?? after;
                Terminal.Out.Flush();
                await Task.Delay(Pause, cancellation);
            }
        }, Limit, After, follow);
    }

    public static Command Query()
    {
        Option<string?> path = Options.Text("path", "Only of this path.", "PATH");
        Option<string?> entity = Options.Text("entity", "Only by this entity.", "ID");
        Option<string?> since = Options.Text("since", "Only from then on: RFC 3339, or how long ago, as 24h.", "TIME");
        return Verb.Api("query", "Ask who did what, when and from where.", async (session, cancellation) =>
        {
            var query = new List<KeyValuePair<string, string>>(Paging(session, session.Get(After)));
            foreach (Option<string?> option in new[] { path, entity, since })
                if (session.Get(option) is { } value)
                    query.Add(new(option.Name.TrimStart('-'), value));
            Secret? reply = await AskAsync(session, "coffer/audit/query", query, cancellation);
            Show(session, reply);
            if (session.Format == OutputFormat.Table && reply?.GetField("after") is { Length: > 0 } more)
                Terminal.Err.WriteLine($"More: -after={more}");
            return ExitCode.Ok;
        }, path, entity, since, Limit, After);
    }

    private static Task<Secret?> AskAsync(Session session, string path, IReadOnlyList<KeyValuePair<string, string>> query, CancellationToken cancellation) =>
        session.Client.SendAsync(new CofferRequest("GET", path) { Query = query }, cancellation);

    private static IEnumerable<KeyValuePair<string, string>> Paging(Session session, string? after)
    {
        if (after is not null)
            yield return new("after", after);
        yield return new("limit", (session.Get(Limit) ?? 100).ToString(CultureInfo.InvariantCulture));
    }

    private static string? Cursor(Secret? reply) =>
        reply?.GetField("after") is { Length: > 0 } named ? named
        : Events(reply).LastOrDefault() is { ValueKind: JsonValueKind.Object } last && last.TryGetProperty("seq", out JsonElement seq) ? Secret.AsText(seq)
        : null;

    private static IEnumerable<JsonElement> Events(Secret? reply) =>
        reply?.Data is { } data && data.TryGetProperty("events", out JsonElement events) && events.ValueKind == JsonValueKind.Array ? events.EnumerateArray() : [];

    /// <summary>One line for each entry; for programs one JSON object a line, so that it can be followed.</summary>
    private static void Show(Session session, Secret? reply)
    {
        foreach (JsonElement entry in Events(reply))
        {
            if (session.Format == OutputFormat.Json)
                Terminal.Out.WriteLine(entry.GetRawText());
            else if (session.Format == OutputFormat.Yaml)
                Terminal.Out.Write("---\n" + Yaml.Text(entry));
            else
                Terminal.Out.WriteLine(Harmless.Text(Line(entry)));
        }
    }

    private static string Line(JsonElement entry)
    {
        string who = entry.TryGetProperty("actor", out JsonElement actor) && actor.ValueKind == JsonValueKind.Object
            ? First(Secret.Text(actor, "display_name"), Secret.Text(actor, "entity_id"), Secret.Text(actor, "accessor"))
            : "-";
        string outcome = First(Secret.Text(entry, "error"), entry.TryGetProperty("status", out JsonElement status) ? Secret.AsText(status) : "", Secret.Text(entry, "decision"));
        return string.Join("  ",
            Secret.Text(entry, "time"), First(Secret.Text(entry, "client")), who, Secret.Text(entry, "phase").PadRight(8),
            Secret.Text(entry, "operation").PadRight(6), Secret.Text(entry, "path"), outcome);
    }

    private static string First(params ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
            if (text.Length > 0)
                return text;
        return "-";
    }
}
