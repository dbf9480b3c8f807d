using System.CommandLine;
using System.Text;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary>A new root token by enough key shares, for the day nobody has one.</summary>
internal static class GenerateRootCommand
{
    private static readonly Argument<string?> Share = Verb.Optional("KEY", "A key share, or - to read it from standard input. Nothing: asks for it.");
    private static readonly Option<bool> Init = Options.Flag("init", "Begin; prints the one-time password that decodes the token.");
    private static readonly Option<bool> Cancel = Options.Flag("cancel", "Give up.");
    private static readonly Option<bool> Status = Options.Flag("status", "Say how far it has come.");
    private static readonly Option<string?> Nonce = Options.Text("nonce", "The number that -init printed; asked of the server unless given.", "NONCE");
    private static readonly Option<string?> Decode = Options.Text("decode", "Decode this encoded token, with -otp; asks no server. - reads it from standard input.", "TOKEN");
    private static readonly Option<string?> Otp = Options.Text("otp", "The one-time password.", "OTP");

    public static Command Build() => Verb.Api("generate-root", "Make a root token by key shares.", RunAsync, Share, Init, Cancel, Status, Nonce, Decode, Otp);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellation)
    {
        if (session.Get(Decode) is { } encoded)
            return ShowDecoded(encoded == "-" ? Terminal.ReadInput().Trim() : encoded, session.Get(Otp));
        Sys sys = session.Client.Sys;
        if (session.Get(Cancel))
        {
            await sys.CancelGenerateRootAsync(cancellation);
            return session.Done("Making a root token is given up (if it was under way).");
        }
        if (session.Get(Init))
            return Show(session, await sys.StartGenerateRootAsync(cancellation));
        Secret? status = await sys.GenerateRootStatusAsync(cancellation);
        if (session.Get(Status))
            return Show(session, status);
        string nonce = session.Get(Nonce) ?? (status is null ? "" : Secret.Text(status.Raw, "nonce"));
        if (nonce.Length == 0)
            throw new LocalException("No root token is being made. Begin: coffer operator generate-root -init", ExitCode.Refused);
        return Show(session, await sys.UpdateGenerateRootAsync(OperatorCommands.KeyShare(session.Get(Share)), nonce, cancellation));
    }

    private static int Show(Session session, Secret? reply) =>
        reply is null ? session.Done("The server took it.") : session.Fields(reply.Raw);

    private static int ShowDecoded(string encoded, string? otp)
    {
        byte[] password = Encoding.UTF8.GetBytes(otp ?? throw new LocalException("-decode needs the one-time password: -otp"));
        byte[] token;
        try
        {
            token = Convert.FromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            throw new LocalException("The encoded token is not base64.");
        }
        if (token.Length != password.Length)
            throw new LocalException("The encoded token and the one-time password do not belong together: their lengths differ.");
        for (int i = 0; i < token.Length; i++)
            token[i] ^= password[i];
        Terminal.Out.WriteLine(Encoding.UTF8.GetString(token));
        return ExitCode.Ok;
    }
}
