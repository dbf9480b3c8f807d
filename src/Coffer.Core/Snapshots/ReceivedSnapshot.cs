using System.Security.Cryptography;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Snapshots;

/// <summary>
/// An upload in a file of its own: nothing is looked at, still less replaced, before it is here whole. The file has no name any more
/// once it is open, so that nobody can change it after it was checked and nothing stays behind, not even after a kill.
/// </summary>
internal sealed class ReceivedSnapshot : IDisposable
{
    private const int Chunk = 1 << 17;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private ReceivedSnapshot(FileStream file, byte[] digest) => (File, Digest) = (file, digest);

    public FileStream File { get; }

    /// <summary>SHA-256 of all of it.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    /// <param name="upload">What comes in.</param>
    /// <param name="directory">Where there is room for it.</param>
    /// <param name="cancel">The sender has gone.</param>
    /// <exception cref="StorageUnavailableException">There is no room.</exception>
    public static async Task<ReceivedSnapshot> ReceiveAsync(Stream upload, string directory, CancellationToken cancel)
    {
        var file = Create(directory);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[Chunk];
            while (await upload.ReadAsync(buffer, cancel) is var got and > 0)
            {
                hash.AppendData(buffer, 0, got);
                await WriteAsync(file, buffer.AsMemory(0, got), cancel);
            }
            return new ReceivedSnapshot(file, hash.GetHashAndReset());
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the audit trail has of the upload.</summary>
    public ReadOnlyMemory<byte> Describe() => Reply.Object(w =>
    {
        w.WriteString("sha256"u8, Convert.ToHexStringLower(Digest.Span));
        w.WriteNumber("bytes"u8, File.Length);
    });

    public void Dispose() => File.Dispose();

    private static FileStream Create(string directory)
    {
        var path = Path.Combine(directory, "." + Ids.Base62Name(12) + ".upload");
        try
        {
            var how = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
            };
            if (!OperatingSystem.IsWindows()) how.UnixCreateMode = OwnerOnly;
            var file = new FileStream(path, how);
            System.IO.File.Delete(path);
            return file;
        }
        catch (IOException e)
        {
            throw new StorageUnavailableException($"the snapshot can't be kept in {directory} while it is checked: {e.Message}", e);
        }
    }

    private static async ValueTask WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await file.WriteAsync(bytes, cancel);
        }
        catch (IOException e)
        {
            throw new StorageUnavailableException($"the snapshot can't be kept while it is checked: {e.Message}", e);
        }
    }
}
