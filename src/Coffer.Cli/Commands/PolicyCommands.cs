using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

internal static class PolicyCommands
{
    public static Command Build(string name, string description) =>
        Verb.Group(name, description, List(), Read(), Write(), Delete(), PolicyFormatCommand.Build(), PolicyExplainCommand.Build());

    private static Command List() => Verb.Api("list", "List the policies.", async (session, cancellation) =>
    {
        IReadOnlyList<string> names = await session.Client.Sys.ListPoliciesAsync(cancellation);
        if (session.Format != OutputFormat.Table)
            return session.Names("Policies", names);
        foreach (string name in names)
            Terminal.Out.WriteLine(name);
        return ExitCode.Ok;
    });

    private static Command Read()
    {
        Argument<string> policy = Verb.Path("NAME", "The policy.");
        return Verb.Api("read", "Print a policy.", async (session, cancellation) =>
        {
            string name = session.Get(policy);
            if (await session.Client.Sys.ReadPolicyAsync(name, cancellation) is not { } text)
                return session.Nothing("sys/policies/acl/" + name);
            if (session.Format != OutputFormat.Table)
                return session.Value(Json.Element(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", name);
                    writer.WriteString("policy", text);
                    writer.WriteEndObject();
                }));
            Terminal.Out.Write(text);
            if (!text.EndsWith('\n') && Terminal.OutputIsTerminal)
                Terminal.Out.WriteLine();
            return ExitCode.Ok;
        }, policy);
    }

    private static Command Write()
    {
        Argument<string> policy = Verb.Path("NAME", "The policy.");
        Argument<string> file = Verb.Path("FILE", "HCL or JSON; - reads standard input.");
        return Verb.Quiet("write", "Write a policy from a file.", async (session, cancellation) =>
        {
            string name = session.Get(policy);
            string text = Source(session.Get(file));
            Secret? reply = await session.Client.Sys.WritePolicyAsync(name, text, cancellation);
            return session.ReplyOrDone(reply, $"Policy written: {name}");
        }, policy, file);
    }

    private static Command Delete()
    {
        Argument<string> policy = Verb.Path("NAME", "The policy.");
        return Verb.Quiet("delete", "Delete a policy.", async (session, cancellation) =>
        {
            string name = session.Get(policy);
            await session.Client.Sys.DeletePolicyAsync(name, cancellation);
            return session.Done($"Policy deleted (if there was one): {name}");
        }, policy);
    }

    private static string Source(string file)
    {
        if (file == "-")
            return Terminal.ReadInput();
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalException($"{file} cannot be read: {e.Message}");
        }
    }
}
