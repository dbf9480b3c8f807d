using System.CommandLine;

namespace Coffer.Cli.Commands;

/// <summary>Backup: everything stored, as ciphertext, in one file.</summary>
internal static class SnapshotCommands
{
    public static Command Build() =>
        Verb.Group("snapshot", "Save and restore everything stored.", Save(), Restore(), SnapshotInspectCommand.Build());

    private static Command Save()
    {
        Argument<string> file = Verb.Path("FILE", "Where to; it appears when it is whole. - is standard output.");
        return Verb.Quiet("save", "Save a consistent snapshot.", async (session, cancellation) =>
        {
            string path = session.Get(file);
            if (path == "-")
            {
                await using Stream output = Console.OpenStandardOutput();
                await session.Client.Sys.SaveSnapshotAsync(output, cancellation);
                return ExitCode.Ok;
            }
            using PrivateFile.Pending pending = PrivateFile.Create(path);
            await session.Client.Sys.SaveSnapshotAsync(pending.Stream, cancellation);
            long size = pending.Stream.Length;
            pending.Keep();
            return Output.Print.Done(session, $"Snapshot of {size} bytes saved to: {path}");
        }, file);
    }

    private static Command Restore()
    {
        Argument<string> file = Verb.Path("FILE", "A snapshot; - is standard input.");
        Option<bool> force = Options.Flag("force", "Also a snapshot of another server, which then opens with that server's keys.");
        return Verb.Quiet("restore", "Replace everything stored by a snapshot.", async (session, cancellation) =>
        {
            string path = session.Get(file);
            await using Stream source = path == "-" ? Terminal.OpenInput() : File.OpenRead(path);
            await session.Client.Sys.RestoreSnapshotAsync(source, session.Get(force), cancellation);
            int code = Output.Print.Done(session, $"Restored from: {path}");
            // What is stored is another server's now, and so are the keys that open it.
            if (session.Get(force) && (await session.ConnectAs(null).Sys.SealStatusAsync(cancellation)).IsSealed)
                Terminal.Err.WriteLine("The server is sealed. It opens with the keys of the server that the snapshot is of.");
            return code;
        }, file, force);
    }
}
