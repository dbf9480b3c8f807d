using System.Security.Cryptography;
using System.Text;

namespace Coffer.Core.Seals;

/// <summary>A payload under a 32-byte key for a seal to store: version (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16), by AES-256-GCM, bound to the seal's type.</summary>
public static class KeyWrap
{
    public const int KeySize = 32;

    private const byte Version = 1;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    public static byte[] Wrap(string sealType, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        var wrapped = new byte[1 + NonceSize + payload.Length + TagSize];
        wrapped[0] = Version;
        var nonce = wrapped.AsSpan(1, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagSize);
        cipher.Encrypt(nonce, payload, wrapped.AsSpan(1 + NonceSize, payload.Length), wrapped.AsSpan(^TagSize), Binding(sealType));
        return wrapped;
    }

    /// <summary>Null where the key is the wrong one or the bytes were changed.</summary>
    public static byte[]? Unwrap(string sealType, ReadOnlySpan<byte> key, ReadOnlySpan<byte> wrapped)
    {
        if (key.Length != KeySize || wrapped.Length < 1 + NonceSize + TagSize || wrapped[0] != Version)
            return null;
        var body = wrapped[(1 + NonceSize)..];
        var payload = GC.AllocateArray<byte>(body.Length - TagSize, pinned: true);
        using var cipher = new AesGcm(key, TagSize);
        try
        {
            cipher.Decrypt(wrapped.Slice(1, NonceSize), body[..^TagSize], body[^TagSize..], payload, Binding(sealType));
            return payload;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] Binding(string sealType) => Encoding.UTF8.GetBytes("coffer seal " + sealType);
}
