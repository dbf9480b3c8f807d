using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer operator</c>: keys, seal and backup, for those who run the server.</summary>
internal static class OperatorCommands
{
    public static Command Build(string name, string description) => Verb.Group(
        name, description, InitCommand.Build(), Unseal(), Seal(), RekeyCommand.Build(), GenerateRootCommand.Build(), Rotate(), KeyStatus(), SnapshotCommands.Build());

    /// <summary>A key share: the argument, standard input for -, or asked for without echo.</summary>
    public static string KeyShare(string? argument)
    {
        if (argument is not (null or "-"))
            Terminal.Err.WriteLine("Warning: everyone on this machine can see arguments. Let coffer ask for the key share, or give - and pipe it.");
        string share = argument switch
        {
            null => Terminal.ReadHidden("Key share (will be hidden): "),
            "-" => Terminal.ReadInput(),
            _ => argument,
        };
        return share.Trim() is { Length: > 0 } key ? key : throw new LocalException("The key share is empty.");
    }

    private static Command Unseal()
    {
        Argument<string?> share = Verb.Optional("KEY", "A key share, or - to read it from standard input. Nothing: asks for it.");
        Option<bool> reset = Options.Flag("reset", "Forget the shares given so far.");
        Option<bool> migrate = Options.Flag("migrate", "Move to the seal that the configuration names.");
        return Verb.Api("unseal", "Give one key share to a sealed server.", async (session, cancellation) =>
        {
            Sys sys = session.ConnectAs(null).Sys;
            SealStatus status = session.Get(reset)
                ? await sys.ResetUnsealAsync(cancellation)
                : await sys.UnsealAsync(KeyShare(session.Get(share)), session.Get(migrate), cancellation);
            return StatusCommand.Show(session, status);
        }, share, reset, migrate);
    }

    private static Command Seal() => Verb.Quiet("seal", "Seal the server.", async (session, cancellation) =>
    {
        await session.Client.Sys.SealAsync(cancellation);
        return session.Done("The server is sealed.");
    });

    private static Command Rotate() => Verb.Quiet("rotate", "Begin a new term of the encryption key.", async (session, cancellation) =>
    {
        await session.Client.Sys.RotateAsync(cancellation);
        return session.Done("The encryption key has a new term; what is stored stays readable.");
    });

    private static Command KeyStatus() => Verb.Api("key-status", "Show the encryption key's term and age.", async (session, cancellation) =>
        await session.Client.Sys.KeyStatusAsync(cancellation) is { } status
            ? session.Fields(status.Data ?? status.Raw)
            : session.Nothing("sys/key-status"), Options.Field);
}
