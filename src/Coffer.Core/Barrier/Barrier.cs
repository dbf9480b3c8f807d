using System.Security.Cryptography;
using Coffer.Core.Storage;

namespace Coffer.Core;

/// <summary>
/// What stands between everything and the untrusted storage: values are encrypted here under the keyring's newest term and refused
/// when they are not what was written at their key. Safe for use by many threads, also while it is sealed.
/// </summary>
public sealed partial class Barrier(IStorage storage, TimeProvider clock) : IDisposable
{
    /// <summary>By how many bytes a stored value is longer than its plaintext.</summary>
    public const int Overhead = Ciphertext.Overhead;

    /// <summary>The length of a root key and of a keyed hash, in bytes.</summary>
    public const int KeySize = Keyring.KeySize;

    private readonly Lock swap = new();
    private readonly SemaphoreSlim change = new(1, 1);
    private Keyring? keyring;

    public bool IsSealed => Volatile.Read(ref keyring) is null;

    /// <summary>Forgets all keys and zeroes them; returns when nobody uses them any more. Does nothing if sealed.</summary>
    public void Seal() => Replace(null);

    public void Dispose()
    {
        Seal();
        change.Dispose();
    }

    /// <summary>The value to store at <paramref name="key"/>.</summary>
    /// <exception cref="BarrierSealedException"/>
    public byte[] Encrypt(EntryKey key, ReadOnlySpan<byte> plaintext)
    {
        var ring = Enter();
        try
        {
            var term = ring.Active;
            Count(term.Term);
            var value = new byte[plaintext.Length + Overhead];
            var cipher = term.Ciphers.Take();
            Ciphertext.Encrypt(cipher, term.Term, key, plaintext, value);
            term.Ciphers.Return(cipher);
            return value;
        }
        finally
        {
            ring.Leave();
        }
    }

    /// <inheritdoc cref="Decrypt(EntryKey, ReadOnlySpan{byte}, Span{byte})"/>
    public byte[] Decrypt(Entry entry)
    {
        var plaintext = new byte[Math.Max(0, entry.Value.Length - Overhead)];
        Decrypt(entry.Key, entry.Value.Span, plaintext);
        return plaintext;
    }

    /// <summary>Appends what was encrypted to <paramref name="plaintext"/>.</summary>
    /// <inheritdoc cref="Decrypt(EntryKey, ReadOnlySpan{byte}, Span{byte})"/>
    public void Decrypt(Entry entry, SecretBuffer plaintext) =>
        Decrypt(entry.Key, entry.Value.Span, plaintext.Append(Math.Max(0, entry.Value.Length - Overhead)));

    /// <summary>What was encrypted for <paramref name="key"/>; <paramref name="plaintext"/> is <see cref="Overhead"/> shorter than the value.</summary>
    /// <exception cref="BarrierSealedException"/>
    /// <exception cref="CorruptEntryException">The value is not what was written there.</exception>
    /// <exception cref="UnknownTermException">Another node has rotated: <see cref="ReloadAsync"/>, then try again.</exception>
    public void Decrypt(EntryKey key, ReadOnlySpan<byte> value, Span<byte> plaintext)
    {
        var ring = Enter();
        try
        {
            if (!Ciphertext.TryReadTerm(value, out var number) || number == Ciphertext.RootTerm)
                throw new CorruptEntryException(key);
            var term = ring.Find(number) ?? throw new UnknownTermException(key, number);
            var cipher = term.Ciphers.Take();
            var intact = Ciphertext.TryDecrypt(cipher, key, value, plaintext);
            term.Ciphers.Return(cipher);
            if (!intact)
                throw new CorruptEntryException(key);
        }
        finally
        {
            ring.Leave();
        }
    }

    /// <summary>HMAC-SHA-256 with a key that rotations leave alone: the form in which tokens are stored and found.</summary>
    /// <exception cref="BarrierSealedException"/>
    public byte[] Hash(ReadOnlySpan<byte> data)
    {
        var hash = new byte[KeySize];
        Hash(data, hash);
        return hash;
    }

    /// <inheritdoc cref="Hash(ReadOnlySpan{byte})"/>
    public void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        var ring = Enter();
        try
        {
            ring.Hash(data, hash[..KeySize]);
        }
        finally
        {
            ring.Leave();
        }
    }

    /// <summary>
    /// A key for one purpose, the same on every node and after rotations. It is pinned; who asks for it zeroes it at the latest when
    /// the barrier is sealed.
    /// </summary>
    /// <exception cref="BarrierSealedException"/>
    public ReadOnlyMemory<byte> DeriveKey(string purpose, int length)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        var ring = Enter();
        try
        {
            var key = GC.AllocateArray<byte>(length, pinned: true);
            HKDF.Expand(HashAlgorithmName.SHA256, ring.Master, key, System.Text.Encoding.UTF8.GetBytes("coffer purpose " + purpose));
            return key;
        }
        finally
        {
            ring.Leave();
        }
    }

    private Keyring Enter()
    {
        while (true)
        {
            var ring = Volatile.Read(ref keyring) ?? throw new BarrierSealedException();
            if (ring.TryEnter())
                return ring;
        }
    }

    private void Replace(Keyring? next)
    {
        Keyring? old;
        lock (swap)
        {
            old = keyring;
            Volatile.Write(ref keyring, next);
        }

        old?.Dispose();
    }

    /// <summary>Takes the place of <paramref name="basis"/> unless that has been sealed or replaced in the meantime.</summary>
    private bool TryReplace(Keyring basis, Keyring next)
    {
        lock (swap)
        {
            if (ReferenceEquals(keyring, basis))
            {
                Volatile.Write(ref keyring, next);
                (basis, next) = (next, basis);
            }
        }

        // After the exchange `next` is what is no longer used.
        next.Dispose();
        return ReferenceEquals(Volatile.Read(ref keyring), basis);
    }
}
