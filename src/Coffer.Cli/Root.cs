using System.CommandLine;
using System.CommandLine.Help;
using Coffer.Cli.Commands;

namespace Coffer.Cli;

/// <summary>
/// The commands. Only the branch that is invoked is built, since most of a command line's time is the building of what
/// nobody asked for; the others are a name and a line of help.
/// </summary>
internal static class Root
{
    private sealed record Branch(string Name, string Description, Func<string, string, Command> Build);

    private static readonly Branch[] Branches =
    [
        new("status", "Say whether the server is unsealed.", StatusCommand.Build),
        new("login", "Log in and keep the token.", LoginCommand.Build),
        new("read", "Read a path.", PathCommands.Read),
        new("write", "Write a path.", PathCommands.Write),
        new("list", "List the names below a path.", PathCommands.List),
        new("delete", "Delete a path.", PathCommands.Delete),
        new("patch", "Change some fields of a path.", PathCommands.Patch),
        new("kv", "Key-value secrets.", KvCommands.Build),
        new("run", "Run a program with secrets in its environment.", RunCommand.Build),
        new("token", "Make, look up, renew and revoke tokens.", TokenCommands.Build),
        new("policy", "Read, write and explain policies.", PolicyCommands.Build),
        new("secrets", "Mount secrets engines.", SecretsCommands.Build),
        new("auth", "Enable auth methods.", AuthCommands.Build),
        new("lease", "Look up, renew and revoke leases.", LeaseCommands.Build),
        new("audit", "Audit sinks, and the audit trail itself.", AuditCommands.Build),
        new("operator", "Keys, seal and backup.", OperatorCommands.Build),
        new("unwrap", "Unwrap a wrapped reply.", UnwrapCommand.Build),
        new("server", "Run the server, cofferd.", ServerCommand.Build),
        new("completion", "Print a shell's completion script.", CompletionCommand.Build),
        new("version", "Print the version.", VersionCommand.Build),
    ];

    public static RootCommand Build(string[] args)
    {
        var root = new RootCommand("Keep a team's secrets, and hand them to those who may have them.") { HelpName = "coffer" };
        Tidy(root);
        bool everything = args is [['[', ..], ..];
        string? invoked = Array.Find(args, arg => !arg.StartsWith('-'));
        foreach (Branch branch in Branches)
            root.Add(everything || branch.Name == invoked
                ? branch.Build(branch.Name, branch.Description)
                : new Command(branch.Name, branch.Description));
        return root;
    }

    // The defaults hold "/h", which is a path here, and lack Vault's "-help".
    private static void Tidy(RootCommand root)
    {
        foreach (Option option in root.Options)
        {
            if (option is HelpOption)
            {
                option.Aliases.Remove("/h");
                option.Aliases.Remove("/?");
                option.Aliases.Add("-help");
            }
            else if (option is VersionOption)
            {
                option.Aliases.Add("-version");
            }
        }
    }
}
