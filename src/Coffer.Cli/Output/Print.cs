using System.Text.Json;
using Coffer.Client;

namespace Coffer.Cli.Output;

/// <summary>Answers in the format that was asked for.</summary>
internal static class Print
{
    /// <summary>A whole reply: one field of it, or all.</summary>
    public static int Reply(this Session session, Secret secret)
    {
        if (session.Wanted is { } wanted)
            return session.FieldOf(SecretFields.Find(secret, wanted), wanted);
        if (session.Format != OutputFormat.Table)
            return session.Value(SecretFields.Envelope(secret));
        SecretFields.Table(secret).Write(Terminal.Out);
        session.Warn(secret);
        return ExitCode.Ok;
    }

    /// <summary>A reply if there is one, else that it is done.</summary>
    public static int ReplyOrDone(this Session session, Secret? secret, string done)
    {
        if (secret is { } reply && (reply.Data is not null || reply.Auth is not null || reply.WrapInfo is not null))
            return session.Reply(reply);
        session.Warn(secret);
        return session.Done(done);
    }

    /// <summary>That something is done. People read it; for programs the exit code says it.</summary>
    public static int Done(this Session session, string done)
    {
        if (session.Wanted is { } wanted)
            return session.FieldOf(null, wanted);
        if (session.Format == OutputFormat.Table)
            Terminal.Out.WriteLine($"Success! {done}");
        return ExitCode.Ok;
    }

    /// <summary>That there is nothing.</summary>
    public static int Nothing(this Session session, string path)
    {
        if (session.Format == OutputFormat.Json)
            Terminal.Out.WriteLine("{}");
        Terminal.Err.WriteLine($"Nothing at {path} on {session.Client.Address.GetLeftPart(UriPartial.Authority)}");
        return ExitCode.Refused;
    }

    /// <summary>One value, bare: the only thing on the output, so that <c>$(…)</c> gets it whole.</summary>
    public static int FieldOf(this Session session, JsonElement? value, string name)
    {
        if (value is not { } found)
            throw new LocalException($"The reply has no field \"{name}\".");
        if (session.Format == OutputFormat.Yaml)
            return session.Value(found);
        string text = session.Format == OutputFormat.Table && found.ValueKind == JsonValueKind.String ? found.GetString()! : Json.Text(found);
        Terminal.Out.Write(text);
        if (Terminal.OutputIsTerminal || session.Format != OutputFormat.Table)
            Terminal.Out.WriteLine();
        return ExitCode.Ok;
    }

    /// <summary>A value for programs, as JSON or YAML.</summary>
    public static int Value(this Session session, JsonElement value)
    {
        if (session.Format == OutputFormat.Yaml)
            Terminal.Out.Write(Yaml.Text(value));
        else
            Terminal.Out.WriteLine(Json.Text(value));
        return ExitCode.Ok;
    }

    /// <summary>An object as a table of keys and values, or as it is.</summary>
    public static int Fields(this Session session, JsonElement value)
    {
        if (session.Wanted is { } wanted)
            return session.FieldOf(value.TryGetProperty(wanted, out JsonElement found) ? found : null, wanted);
        if (session.Format != OutputFormat.Table)
            return session.Value(value);
        SecretFields.Rows(value).Write(Terminal.Out);
        return ExitCode.Ok;
    }

    /// <summary>Names below a title, or as a list.</summary>
    public static int Names(this Session session, string title, IReadOnlyList<string> names)
    {
        if (session.Format != OutputFormat.Table)
            return session.Value(Json.Element(writer =>
            {
                writer.WriteStartArray();
                foreach (string name in names)
                    writer.WriteStringValue(name);
                writer.WriteEndArray();
            }));
        var table = new Table(title);
        foreach (string name in names)
            table.Add(name);
        table.Write(Terminal.Out);
        return ExitCode.Ok;
    }

    public static void Warn(this Session session, Secret? secret)
    {
        if (session.Format != OutputFormat.Table)
            return;
        foreach (string warning in secret?.Warnings ?? [])
            Terminal.Err.WriteLine($"Warning: {warning}");
    }
}
