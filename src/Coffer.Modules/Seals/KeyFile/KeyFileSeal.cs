using System.Security.Cryptography;
using Coffer.Core.Seals;

namespace Coffer.Modules.Seals.KeyFile;

/// <summary>
/// The root key under 32 random bytes in a file that only the server's user can read. With <paramref name="create"/> the file is made when
/// something is first wrapped; where it is lost, so is everything, so keep a copy elsewhere.
/// </summary>
public sealed class KeyFileSeal(string path, bool create) : ISeal
{
    public string Type => "keyfile";

    public bool IsUnattended => true;

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> shareKey, CancellationToken cancel = default)
    {
        if (create)
            KeyFiles.CreateIfAbsent(path);
        var key = KeyFiles.Read(path, othersMayRead: false);
        try
        {
            return new(KeyWrap.Wrap(Type, key, payload.Span));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public ValueTask<byte[]?> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> shareKey, CancellationToken cancel = default)
    {
        var key = KeyFiles.Read(path, othersMayRead: false);
        try
        {
            return new(KeyWrap.Unwrap(Type, key, wrapped.Span));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
