using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Coffer.Core;

/// <summary>
/// Whole pages outside the collected heap for keys: not swapped where the system lets us lock them, not in core dumps, zeroed when
/// freed. Whoever frees it must know that nobody reads it any more.
/// </summary>
internal sealed unsafe partial class KeyMemory : IDisposable
{
    private const int DontDump = 16;
    private const int DoDump = 17;

    private readonly nuint size;
    private readonly int length;
    private byte* pages;

    public KeyMemory(int length)
    {
        var page = (nuint)Environment.SystemPageSize;
        this.length = length;
        size = ((nuint)length + page - 1) / page * page;
        pages = (byte*)NativeMemory.AlignedAlloc(size, page);
        NativeMemory.Clear(pages, size);
        if (OperatingSystem.IsLinux())
        {
            // Best effort: without the right to lock (RLIMIT_MEMLOCK) the keys still work, and the hardening at start says so.
            _ = MLock(pages, size);
            _ = MAdvise(pages, size, DontDump);
        }
    }

    ~KeyMemory() => Free();

    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(pages is null, this);
            return new Span<byte>(pages, length);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (pages is null)
            return;
        CryptographicOperations.ZeroMemory(new Span<byte>(pages, length));
        if (OperatingSystem.IsLinux())
        {
            _ = MUnlock(pages, size);
            _ = MAdvise(pages, size, DoDump);
        }

        NativeMemory.AlignedFree(pages);
        pages = null;
    }

    [LibraryImport("libc", EntryPoint = "mlock")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MLock(byte* address, nuint length);

    [LibraryImport("libc", EntryPoint = "munlock")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MUnlock(byte* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MAdvise(byte* address, nuint length, int advice);
}
