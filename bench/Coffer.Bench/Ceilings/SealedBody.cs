using System.Security.Cryptography;

namespace Coffer.Bench.Ceilings;

/// <summary>Bytes under AES-256-GCM, opened anew for every request with a cipher object per thread.</summary>
internal sealed class SealedBody
{
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] nonce = RandomNumberGenerator.GetBytes(12);
    private readonly byte[] tag = new byte[16];
    private readonly byte[] ciphertext;
    private readonly ThreadLocal<AesGcm> ciphers;

    private SealedBody(byte[] body)
    {
        ciphers = new ThreadLocal<AesGcm>(() => new AesGcm(key, tag.Length));
        ciphertext = new byte[body.Length];
        ciphers.Value!.Encrypt(nonce, body, ciphertext, tag);
    }

    public int Length => ciphertext.Length;

    public static SealedBody Of(byte[] body) => new(body);

    public void Open(Span<byte> into) => ciphers.Value!.Decrypt(nonce, ciphertext, tag, into[..ciphertext.Length]);
}
