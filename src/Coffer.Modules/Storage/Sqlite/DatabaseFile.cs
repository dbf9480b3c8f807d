using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.Sqlite;

/// <summary>The files around a database: who may read them and which process has them.</summary>
internal static class DatabaseFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Makes the database file where it is absent, and takes the lock that says this process has it. The lock is a file beside it:
    /// SQLite's own exclusive mode would shut out our readers too.
    /// </summary>
    public static FileStream Own(string path)
    {
        try
        {
            var ownership = Open(path + ".lock", FileShare.None);
            // SQLite gives its log the mode of the database, so that must be right before SQLite sees it.
            Open(path, FileShare.ReadWrite).Dispose();
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) != OwnerOnly)
                File.SetUnixFileMode(path, OwnerOnly);
            return ownership;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException(
                IsHeld(error) ? $"another process has the database file {path} open" : $"the database file {path} can't be opened: {error.Message}",
                error);
        }
    }

    private static bool IsHeld(Exception error)
    {
        const int wouldBlockLinux = 11, wouldBlockMac = 35, sharingViolation = unchecked((int)0x80070020);
        return error is IOException { HResult: wouldBlockLinux or wouldBlockMac or sharingViolation };
    }

    private static FileStream Open(string path, FileShare share)
    {
        var how = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = OwnerOnly;
        return new FileStream(path, how);
    }
}
