using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Coffer.Core.Audit;

/// <summary>Turns secret strings into <c>hmac-sha256:&lt;hex&gt;</c>: equal secrets are recognised, none is shown. Safe for many threads.</summary>
public sealed class AuditHasher : IDisposable
{
    /// <summary>Length of a hashed value.</summary>
    public const int TextLength = 12 + 64;

    // A keyed hash object costs more to make than to use: keep those that have been used.
    private readonly ConcurrentBag<IncrementalHash> spare = [];
    private readonly byte[] key = GC.AllocateArray<byte>(32, pinned: true);
    private volatile bool disposed;

    /// <param name="key">At least 16 bytes; copied.</param>
    public AuditHasher(ReadOnlySpan<byte> key)
    {
        if (key.Length < 16)
            throw new ArgumentException("An audit HMAC key has 16 bytes at least.", nameof(key));
        // A longer key than HMAC's block, and only that, would be hashed anyway; 32 bytes of HMAC key are the same strength.
        if (key.Length <= this.key.Length)
            key.CopyTo(this.key);
        else
            SHA256.HashData(key, this.key);
    }

    /// <summary>The hashed spelling of a string.</summary>
    public string Hash(string value)
    {
        Span<byte> text = stackalloc byte[TextLength];
        using var hash = Rent();
        hash.Write(Encoding.UTF8.GetBytes(value), text);
        return Encoding.ASCII.GetString(text);
    }

    /// <summary>Takes a hash object; dispose gives it back.</summary>
    internal Rented Rent()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new(this, spare.TryTake(out var hash) ? hash : IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key));
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        disposed = true;
        CryptographicOperations.ZeroMemory(key);
        while (spare.TryTake(out var hash))
            hash.Dispose();
    }

    public override string ToString() => nameof(AuditHasher);

    /// <summary>A hash object in use.</summary>
    internal readonly struct Rented(AuditHasher owner, IncrementalHash hash) : IDisposable
    {
        public void Write(ReadOnlySpan<byte> value, Span<byte> text)
        {
            Span<byte> digest = stackalloc byte[32];
            hash.AppendData(value);
            hash.GetHashAndReset(digest);
            "hmac-sha256:"u8.CopyTo(text);
            Convert.TryToHexStringLower(digest, text[12..], out _);
        }

        public void Dispose()
        {
            if (owner.disposed)
                hash.Dispose();
            else
                owner.spare.Add(hash);
        }
    }
}
