using System.Text.Json;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary>Kv secrets on the screen: where, which version, and what.</summary>
internal static class KvSecretOutput
{
    public static int Show(Session session, KvSecret secret)
    {
        if (secret.Reply.WrapInfo is not null)
            return session.Reply(secret.Reply);
        bool gone = secret.Data is null;
        if (session.Wanted is { } wanted)
        {
            if (secret.Data is { } fields && fields.TryGetProperty(wanted, out JsonElement value))
                return session.FieldOf(value, wanted);
            return wanted == "data" && !gone
                ? session.FieldOf(secret.Data, wanted)
                : throw new LocalException($"{secret.Path} has no field \"{wanted}\"{(gone ? $": version {secret.Version?.Version} is deleted" : "")}.", gone ? ExitCode.Refused : ExitCode.Local);
        }
        if (session.Format != OutputFormat.Table)
            session.Value(SecretFields.Envelope(secret.Reply));
        else
            Write(session, secret);
        return gone ? ExitCode.Refused : ExitCode.Ok;
    }

    /// <summary>What a write says: the new version, or only that it is done.</summary>
    public static int Written(Session session, KvPath path, Secret? reply)
    {
        if (reply?.Data is not { } data)
            return session.ReplyOrDone(reply, $"Data written to: {path.Api("data")}");
        if (session.Wanted is not null || session.Format != OutputFormat.Table)
            return session.Reply(reply);
        Table table = SecretFields.Rows(data);
        Path(path, table.Width);
        Section("Metadata", table);
        session.Warn(reply);
        return ExitCode.Ok;
    }

    private static void Write(Session session, KvSecret secret)
    {
        Table? data = secret.Data is { } fields ? SecretFields.Rows(fields) : null;
        if (secret.Path.Version == 2)
        {
            Table? about = secret.Reply.Data is { } reply && reply.TryGetProperty("metadata", out JsonElement metadata)
                ? SecretFields.Rows(metadata) : null;
            Path(secret.Path, about?.Width ?? 0);
            if (about is not null)
                Section("Metadata", about);
            if (data is not null)
            {
                Terminal.Out.WriteLine();
                Section("Data", data);
            }
        }
        else if (data is not null)
        {
            Section("Data", data);
        }
        session.Warn(secret.Reply);
    }

    private static void Path(KvPath path, int width)
    {
        string at = path.Api("data");
        Table.Title(Terminal.Out, "Secret Path", Math.Max(width, at.Length));
        Terminal.Out.WriteLine(at);
        Terminal.Out.WriteLine();
    }

    private static void Section(string title, Table table)
    {
        Table.Title(Terminal.Out, title, table.Width);
        table.Write(Terminal.Out);
    }
}
