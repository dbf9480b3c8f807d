using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Core.Audit;

/// <summary>
/// A file as audit needs it: made with mode 0600, never through a symbolic link, with errors told apart by number, and a flush
/// of its data alone. .NET offers neither O_NOFOLLOW nor fdatasync. Linux only.
/// </summary>
public sealed partial class PosixFile : IDisposable
{
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int CreateFlag = 0x40;
    private const int Exclusive = 0x80;
    private const int AppendFlag = 0x400;
    private const int CloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180; // 0600

    private readonly SafeFileHandle handle;

    private PosixFile(string path, SafeFileHandle handle) => (Path, this.handle) = (path, handle);

    public string Path { get; }

    // The two differ by architecture.
    private static int NoFollow => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Makes a new file, for reading and writing.</summary>
    /// <exception cref="PosixException">It exists, as a file or a link, or can't be made.</exception>
    public static PosixFile Create(string path) => Open(path, ReadWrite | CreateFlag | Exclusive);

    /// <summary>Opens an existing file for reading and writing.</summary>
    /// <exception cref="PosixException">It is missing, is a link, or can't be opened.</exception>
    public static PosixFile OpenExisting(string path) => Open(path, ReadWrite);

    /// <summary>Opens a file to append to, made if missing.</summary>
    /// <exception cref="PosixException">It is a link or can't be opened.</exception>
    public static PosixFile OpenAppend(string path) => Open(path, WriteOnly | CreateFlag | AppendFlag);

    /// <summary>Takes the lock of a directory, that one process alone may write it. Held until disposed.</summary>
    /// <exception cref="PosixException">Another process holds it.</exception>
    public static PosixFile Lock(string path)
    {
        var file = Open(path, ReadWrite | CreateFlag);
        if (flock(file.handle, 2 | 4) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw new PosixException(error, $"{path} is locked by another process");
        }
        return file;
    }

    /// <summary>Makes renames and new names in a directory durable.</summary>
    public static void FlushDirectory(string path)
    {
        using var directory = Open(path, 0);
        if (fsync(directory.handle) != 0)
            throw PosixException.Last($"flushing the directory {path}");
    }

    /// <summary>Writes all bytes at an offset.</summary>
    /// <exception cref="PosixException">A part may have been written.</exception>
    public void WriteAt(ReadOnlySpan<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var written = pwrite(handle, bytes, (nuint)bytes.Length, offset);
            if (written <= 0)
            {
                if (written < 0 && Marshal.GetLastPInvokeError() == PosixException.Interrupted)
                    continue;
                throw PosixException.Last($"writing {Path}");
            }
            bytes = bytes[(int)written..];
            offset += written;
        }
    }

    /// <summary>Writes all bytes at the end of a file opened to append.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var written = write(handle, bytes, (nuint)bytes.Length);
            if (written <= 0)
            {
                if (written < 0 && Marshal.GetLastPInvokeError() == PosixException.Interrupted)
                    continue;
                throw PosixException.Last($"writing {Path}");
            }
            bytes = bytes[(int)written..];
        }
    }

    /// <summary>Makes what was written durable: the data, and of the metadata only what reading it needs.</summary>
    public void FlushData()
    {
        if (fdatasync(handle) != 0)
            throw PosixException.Last($"flushing {Path}");
    }

    /// <summary>Cuts or extends the file.</summary>
    public void SetLength(long length)
    {
        if (ftruncate(handle, length) != 0)
            throw PosixException.Last($"resizing {Path}");
    }

    public long Length => RandomAccess.GetLength(handle);

    public void Dispose() => handle.Dispose();

    private static PosixFile Open(string path, int flags)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("Coffer's audit files need Linux.");
        var handle = open(path, flags | NoFollow | CloseOnExec, OwnerOnly);
        if (handle.IsInvalid)
        {
            var error = PosixException.Last($"opening {path}");
            handle.Dispose();
            throw error;
        }
        return new(path, handle);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint pwrite(SafeFileHandle file, ReadOnlySpan<byte> bytes, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ftruncate(SafeFileHandle file, long length);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int flock(SafeFileHandle file, int operation);
}

/// <summary>A system call failed.</summary>
public sealed class PosixException : IOException
{
    internal const int Interrupted = 4;

    public PosixException(int error, string message) : base(message) => Error = error;

    /// <summary>The errno.</summary>
    public int Error { get; }

    /// <summary>Whether there was no room: ENOSPC or EDQUOT. The rest is not expected to pass by itself.</summary>
    public bool IsFull => Error is 28 or 122;

    /// <summary>Whether the path is a symbolic link: ELOOP.</summary>
    public bool IsLink => Error is 40;

    internal static PosixException Last(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new(error, $"{what}: {new Win32Exception(error).Message}");
    }
}
