using System.CommandLine;
using System.Globalization;
using System.Text;
using Coffer.Formats.Transparency;

namespace Coffer.Cli.Commands;

/// <summary>One file that shows, without the log, that an entry is in it.</summary>
internal static class AuditProveCommand
{
    private static readonly Argument<string> Source = Verb.Path("DIRECTORY", "A log's directory; with -check, a proof file.");
    private static readonly Argument<string?> Index = Verb.Optional("ENTRY", "The entry's number, its seq.");
    private static readonly Option<bool> Check = Options.Flag("check", "Check a proof and print the entry it proves.");

    public static Command Build() => Verb.Local("prove", "Prove that an entry is in the audit trail, or check a proof.", (session, _) =>
        Task.FromResult(session.Get(Check) ? Show(session) : Prove(session)), Source, Index, Check, AuditVerifyCommand.Keys);

    private static int Prove(Session session)
    {
        if (!long.TryParse(session.Get(Index), NumberStyles.None, CultureInfo.InvariantCulture, out long index))
            throw new LocalException("Give the entry's number.");
        try
        {
            Terminal.Out.Write(LogProver.Prove(session.Get(Source), index, AuditVerifyCommand.Trusted(session)).ToString());
            return ExitCode.Ok;
        }
        catch (InvalidDataException e)
        {
            throw new LocalException(e.Message, ExitCode.Refused);
        }
    }

    private static int Show(Session session)
    {
        string file = session.Get(Source);
        AuditProof proof = AuditProof.Parse(file == "-" ? Terminal.ReadInput() : File.ReadAllText(file))
            ?? throw new LocalException($"{file} is not a proof.");
        if (proof.Verify(AuditVerifyCommand.Trusted(session)) is not { } checkpoint)
            throw new LocalException("The proof does not hold: the entry is not in a log that a known key has signed.", ExitCode.Refused);
        Terminal.Out.WriteLine(Encoding.UTF8.GetString(proof.Leaf.Span));
        Terminal.Err.WriteLine($"Proven: entry {proof.Index} of {checkpoint.Origin}, under its checkpoint of {checkpoint.Size} entries.");
        return ExitCode.Ok;
    }
}
