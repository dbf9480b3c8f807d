using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary>New unseal key shares for old ones.</summary>
internal static class RekeyCommand
{
    private static readonly Argument<string?> Share = Verb.Optional("KEY", "A present key share, or - to read it from standard input. Nothing: asks for it.");
    private static readonly Option<bool> Init = Options.Flag("init", "Begin.");
    private static readonly Option<bool> Cancel = Options.Flag("cancel", "Give up.");
    private static readonly Option<bool> Status = Options.Flag("status", "Say how far it has come.");
    private static readonly Option<int?> Shares = Options.Number("key-shares", "With -init: how many key shares to make; 5 unless given.");
    private static readonly Option<int?> Threshold = Options.Number("key-threshold", "With -init: how many of them open the server; 3 unless given.");
    private static readonly Option<string?> Nonce = Options.Text("nonce", "The number that -init printed; asked of the server unless given.", "NONCE");

    public static Command Build() => Verb.Api("rekey", "Make new unseal key shares.", RunAsync, Share, Init, Cancel, Status, Shares, Threshold, Nonce);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellation)
    {
        Sys sys = session.Client.Sys;
        if (session.Get(Cancel))
        {
            await sys.CancelRekeyAsync(cancellation);
            return session.Done("The rekey is given up (if there was one).");
        }
        if (session.Get(Init))
            return Show(session, await sys.StartRekeyAsync(session.Get(Shares) ?? 5, session.Get(Threshold) ?? 3, cancellation));
        Secret? status = await sys.RekeyStatusAsync(cancellation);
        if (session.Get(Status))
            return Show(session, status);
        string nonce = session.Get(Nonce) ?? (status is null ? "" : Secret.Text(status.Raw, "nonce"));
        if (nonce.Length == 0)
            throw new LocalException("No rekey is under way. Begin one: coffer operator rekey -init", ExitCode.Refused);
        return Show(session, await sys.UpdateRekeyAsync(OperatorCommands.KeyShare(session.Get(Share)), nonce, cancellation));
    }

    private static int Show(Session session, Secret? reply)
    {
        if (reply is null)
            return session.Done("The server took it.");
        IReadOnlyList<string> keys = Secret.Texts(reply.Raw, "keys_base64");
        if (session.Format != OutputFormat.Table || keys.Count == 0)
            return session.Fields(reply.Raw);
        for (int i = 0; i < keys.Count; i++)
            Terminal.Out.WriteLine($"Key {i + 1}: {keys[i]}");
        Terminal.Out.WriteLine();
        Terminal.Out.WriteLine("These replace the former key shares, which open nothing any more. Nobody can show them again.");
        return ExitCode.Ok;
    }
}
