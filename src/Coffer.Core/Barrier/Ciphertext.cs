using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Coffer.Core.Storage;

namespace Coffer.Core;

/// <summary>
/// The form of every stored value: version (1) ‖ term (4, big-endian) ‖ nonce (12, random) ‖ ciphertext ‖ tag (16), by AES-256-GCM.
/// The associated data is namespace (4) ‖ UTF-8 path ‖ term (4), so a value moved to another key or term is refused.
/// Term 0 is the root key, which encrypts nothing but the keyring.
/// </summary>
internal static class Ciphertext
{
    public const int Overhead = HeaderSize + NonceSize + TagSize;
    public const int TagSize = 16;
    public const uint RootTerm = 0;

    private const byte Version = 1;
    private const int HeaderSize = 5;
    private const int NonceSize = 12;
    private const int StackLimit = 512;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The term of a value; false where it cannot be one.</summary>
    public static bool TryReadTerm(ReadOnlySpan<byte> value, out uint term)
    {
        term = 0;
        if (value.Length < Overhead || value[0] != Version)
            return false;
        term = BinaryPrimitives.ReadUInt32BigEndian(value[1..]);
        return true;
    }

    public static void Encrypt(AesGcm cipher, uint term, EntryKey key, ReadOnlySpan<byte> plaintext, Span<byte> value)
    {
        value[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(value[1..], term);
        var nonce = value.Slice(HeaderSize, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        var body = value[(HeaderSize + NonceSize)..];
        byte[]? rented = null;
        var data = AssociatedData(key, term, stackalloc byte[StackLimit], ref rented);
        cipher.Encrypt(nonce, plaintext, body[..plaintext.Length], body[plaintext.Length..], data);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>False where the tag does not fit; then <paramref name="plaintext"/> is zero.</summary>
    public static bool TryDecrypt(AesGcm cipher, EntryKey key, ReadOnlySpan<byte> value, Span<byte> plaintext)
    {
        if (!TryReadTerm(value, out var term))
            return false;
        var nonce = value.Slice(HeaderSize, NonceSize);
        var body = value[(HeaderSize + NonceSize)..];
        byte[]? rented = null;
        var data = AssociatedData(key, term, stackalloc byte[StackLimit], ref rented);
        try
        {
            cipher.Decrypt(nonce, body[..^TagSize], body[^TagSize..], plaintext, data);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // Strict UTF-8: two paths with different unpaired surrogates must not share their associated data.
    private static Span<byte> AssociatedData(EntryKey key, uint term, Span<byte> stack, ref byte[]? rented)
    {
        var length = 8 + StrictUtf8.GetMaxByteCount(key.Path.Length);
        var data = length <= stack.Length ? stack : rented = ArrayPool<byte>.Shared.Rent(length);
        BinaryPrimitives.WriteInt32BigEndian(data, key.Namespace.Value);
        var path = StrictUtf8.GetBytes(key.Path, data[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(data[(4 + path)..], term);
        return data[..(8 + path)];
    }
}
