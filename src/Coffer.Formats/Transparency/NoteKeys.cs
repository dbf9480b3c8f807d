using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Coffer.Formats.Transparency;

/// <summary>A public key that signed notes are checked with: a name and an Ed25519 key.</summary>
public sealed class NoteVerifier
{
    internal const byte Ed25519Type = 1;

    private readonly byte[] publicKey;

    /// <exception cref="ArgumentException">The name is empty or has a plus sign or white space, or the key is not a valid point.</exception>
    public NoteVerifier(string name, ReadOnlySpan<byte> publicKey)
    {
        if (!IsName(name))
            throw new ArgumentException("A key name is not empty and has neither a plus sign nor white space.", nameof(name));
        this.publicKey = publicKey.ToArray();
        if (publicKey.Length != 32 || !Ed25519.ValidatePublicKeyFull(this.publicKey, 0))
            throw new ArgumentException("Not an Ed25519 public key.", nameof(publicKey));
        Name = name;
        KeyId = IdOf(name, publicKey);
    }

    public string Name { get; }

    /// <summary>The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key).</summary>
    public uint KeyId { get; }

    public ReadOnlyMemory<byte> PublicKey => publicKey;

    /// <summary>Reads <c>name+hex id+base64(type ‖ key)</c>.</summary>
    /// <exception cref="FormatException">It is not such a key, or the id is not the key's.</exception>
    public static NoteVerifier Parse(string text)
    {
        var parts = text.Split('+', 3);
        var key = parts.Length == 3 ? Base64Text.Decode(parts[2]) : null;
        if (key is not { Length: 33 } || key[0] != Ed25519Type || !IsName(parts[0])
            || parts[1] != IdOf(parts[0], key.AsSpan(1)).ToString("x8", CultureInfo.InvariantCulture)
            || !Ed25519.ValidatePublicKeyFull(key, 1))
            throw new FormatException("Not a note verifier key: expected name+id+base64 of an Ed25519 key.");
        return new(parts[0], key.AsSpan(1));
    }

    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == Ed25519.SignatureSize
        && Ed25519.Verify(signature.ToArray(), 0, publicKey, 0, message.ToArray(), 0, message.Length);

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        $"{Name}+{KeyId.ToString("x8", CultureInfo.InvariantCulture)}+{Convert.ToBase64String([Ed25519Type, .. publicKey])}";

    internal static bool IsName(string name) => name.Length > 0 && !name.Any(c => c == '+' || char.IsWhiteSpace(c) || char.IsControl(c));

    private static uint IdOf(string name, ReadOnlySpan<byte> publicKey)
    {
        var digest = SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', Ed25519Type, .. publicKey]);
        return BinaryPrimitives.ReadUInt32BigEndian(digest);
    }
}

/// <summary>A private key that notes are signed with. It holds the seed until disposed; its text shows only the public part.</summary>
public sealed class NoteSigner : IDisposable
{
    private readonly byte[] seed = GC.AllocateArray<byte>(32, pinned: true);

    /// <exception cref="ArgumentException">The name is not a key name, or the seed has not 32 bytes.</exception>
    public NoteSigner(string name, ReadOnlySpan<byte> seed)
    {
        if (seed.Length != 32)
            throw new ArgumentException("An Ed25519 seed has 32 bytes.", nameof(seed));
        seed.CopyTo(this.seed);
        var publicKey = new byte[32];
        Ed25519.GeneratePublicKey(this.seed, 0, publicKey, 0);
        Verifier = new(name, publicKey);
    }

    /// <summary>The public part.</summary>
    public NoteVerifier Verifier { get; }

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(seed, 0, message.ToArray(), 0, message.Length, signature, 0);
        return signature;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(seed);

    public override string ToString() => Verifier.ToString();
}
