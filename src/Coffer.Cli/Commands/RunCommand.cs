using System.CommandLine;
using Coffer.Cli.Run;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer run</c>: a program with secrets in its environment and nowhere else.</summary>
internal static class RunCommand
{
    private static readonly Option<string[]> EnvFiles =
        Options.Many("env-file", "NAME=value lines; a value may be coffer://mount/path#field. May be given often; - is standard input.", "FILE");
    private static readonly Option<string[]> Maps =
        Options.Many("map", "All fields of a secret, as PREFIX and the field in capitals. May be given often.", "PATH[=PREFIX]");
    private static readonly Option<string[]> Only = Options.Many("only", "Add these variables and no others, as A,B.", "NAME,…");
    private static readonly Option<bool> PassToken = Options.Flag("pass-token", "Give the program the Coffer token, as COFFER_TOKEN and VAULT_TOKEN.");
    private static readonly Argument<string[]> Program = new("COMMAND")
    {
        Description = "The program and its arguments, best after --.",
        Arity = ArgumentArity.OneOrMore,
        CaptureRemainingTokens = true,
    };

    public static Command Build(string name, string description) =>
        Verb.Quiet(name, description, RunAsync, EnvFiles, Maps, Only, PassToken, Program);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellation)
    {
        string[] program = session.Get(Program);
        var environment = new ChildEnvironment(session.Client);
        try
        {
            await CollectAsync(session, environment, cancellation);
            Dictionary<string, string> all = environment.Compose(session.Get(PassToken) ? session.Client.Token : null);
            string file = Executable.Find(program[0], all.GetValueOrDefault("PATH"))
                ?? throw new LocalException($"{program[0]}: there is no such program.", ExitCode.NotFound);
            return environment.Leases.Count == 0
                ? Executable.Replace(file, program, all)
                : await Supervisor.RunAsync(file, program, all);
        }
        finally
        {
            foreach (string lease in environment.Leases)
                await RevokeAsync(session.Client, lease);
        }
    }

    private static async Task CollectAsync(Session session, ChildEnvironment environment, CancellationToken cancellation)
    {
        HashSet<string>? only = session.Get(Only) is { Length: > 0 } names
            ? [.. names.SelectMany(name => name.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))]
            : null;
        bool Wanted(string name) => only is null || only.Contains(name);
        foreach (string map in session.Get(Maps) ?? [])
        {
            int equals = map.LastIndexOf('=');
            (string path, string prefix) = equals < 0 ? (map, "") : (map[..equals], map[(equals + 1)..]);
            await environment.AddAllAsync(path, prefix, Wanted, cancellation);
        }
        // After the maps: a line somebody wrote is more deliberate than a field that happens to be there.
        foreach (string file in session.Get(EnvFiles) ?? [])
            foreach ((string name, string value) in EnvFile.Read(file))
                if (Wanted(name))
                    await environment.AddAsync(name, value, cancellation);
        if (only?.FirstOrDefault(name => !environment.Gives(name)) is { } missing)
            throw new LocalException($"-only names {missing}, which neither -map nor -env-file gives.");
    }

    private static async Task RevokeAsync(CofferClient client, string lease)
    {
        try
        {
            await client.Sys.RevokeLeaseAsync(lease);
        }
        catch (CofferException e)
        {
            Terminal.Err.WriteLine($"Warning: the lease {lease} could not be revoked ({(e.IsUnreachable ? "no reply" : $"status {e.StatusCode}")}); it ends by itself.");
        }
    }
}
