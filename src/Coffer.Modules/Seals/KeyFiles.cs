using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Coffer.Core.Seals;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Modules.Seals;

/// <summary>Files that hold a seal's key: exactly 32 bytes.</summary>
internal static partial class KeyFiles
{
    private const string LinuxOnly = "key files are for Linux: elsewhere their access can't be checked";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Writes 32 random bytes, whole and flushed before the name appears; leaves a file that is there alone.</summary>
    public static void CreateIfAbsent(string path)
    {
        if (!OperatingSystem.IsLinux())
            throw new SealUnavailableException(LinuxOnly);
        if (File.Exists(path) || new FileInfo(path).LinkTarget is not null)
            return;
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var fresh = Path.Combine(directory, $".{Path.GetFileName(path)}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        var key = GC.AllocateArray<byte>(KeyWrap.KeySize, pinned: true);
        try
        {
            RandomNumberGenerator.Fill(key);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner, BufferSize = 0 };
            using (var file = new FileStream(fresh, options))
            {
                file.Write(key);
                file.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: false);
            FlushDirectory(directory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            File.Delete(fresh);
            if (!File.Exists(path))
                throw new SealUnavailableException($"the key file {path} can't be made: {failure.Message}", failure);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The key, for the caller to zero. Refuses a link, anything but a file, and unless allowed one that others may touch.</summary>
    public static byte[] Read(string path, bool othersMayRead)
    {
        if (!OperatingSystem.IsLinux())
            throw new SealUnavailableException(LinuxOnly);
        var key = GC.AllocateArray<byte>(KeyWrap.KeySize, pinned: true);
        try
        {
            // What is checked is what is read: the one handle, opened without following a link.
            using var handle = Open(path);
            if (!othersMayRead && (File.GetUnixFileMode(handle) & Others) != 0)
                throw new SealUnavailableException($"the key file {path} may be read by others: chmod 600 it");
            if (RandomAccess.GetLength(handle) != key.Length || RandomAccess.Read(handle, key, 0) != key.Length)
                throw new SealUnavailableException($"the key file {path} does not hold {key.Length} bytes");
            return key;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new SealUnavailableException($"the key file {path} can't be read: {failure.Message}", failure);
        }
    }

    private static SafeFileHandle Open(string path)
    {
        var descriptor = OpenFile(path, ReadOnly | NoFollow | CloseOnExec | NonBlocking);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);
        var error = Marshal.GetLastPInvokeError();
        const int tooManyLinks = 40;
        throw new SealUnavailableException(
            $"the key file {path} can't be opened: " + (error == tooManyLinks ? "it is a link" : Marshal.GetPInvokeErrorMessage(error)));
    }

    private static void FlushDirectory(string directory)
    {
        var descriptor = OpenFile(directory, ReadOnly | CloseOnExec);
        if (descriptor < 0)
            return;
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        _ = Flush(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flush(int descriptor);
}
