using System.Security.Cryptography;

namespace Coffer.Cli;

/// <summary>Writes files that only their owner may read, whole or not at all.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using Pending file = Create(path);
        file.Stream.Write(content);
        file.Keep();
    }

    /// <summary>A file beside its place, which takes it by <see cref="Pending.Keep"/> or vanishes.</summary>
    public static Pending Create(string path)
    {
        string beside = $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}.tmp";
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
            };
            return new Pending(path, beside, new FileStream(beside, options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalException($"{path} cannot be written: {e.Message}");
        }
    }

    internal sealed class Pending(string place, string beside, FileStream stream) : IDisposable
    {
        public FileStream Stream => stream;

        public void Keep()
        {
            stream.Flush(flushToDisk: true);
            stream.Dispose();
            File.Move(beside, place, overwrite: true);
        }

        public void Dispose()
        {
            stream.Dispose();
            File.Delete(beside);
        }
    }
}
