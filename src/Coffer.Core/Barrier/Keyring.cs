using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coffer.Core;

/// <summary>
/// The keys of the barrier at one moment: the root key, the master that others are derived from, and one data key a term, of which
/// the last encrypts. Never changed: a rotation makes another. Readers enter and leave, and only when the last has left are the keys
/// zeroed, so a seal may come at any time.
/// </summary>
internal sealed class Keyring : IDisposable
{
    public const int KeySize = 32;

    private const byte FormatVersion = 1;
    private const int TermSize = 4 + 8 + KeySize;
    private const int HeaderSize = 1 + KeySize + 4;
    private const int FixedKeys = 3;

    private readonly KeyMemory memory;
    private readonly TermKey[] terms;
    private readonly Slots<IncrementalHash> hashes;
    private int users;
    private int closed;

    private Keyring(ReadOnlySpan<byte> rootKey, ReadOnlySpan<byte> master, IReadOnlyList<(uint Term, DateTimeOffset Installed)> installed,
        Action<int, Span<byte>> readKey)
    {
        memory = new KeyMemory((FixedKeys + installed.Count) * KeySize);
        rootKey.CopyTo(RootKey);
        master.CopyTo(Master);
        HKDF.Expand(HashAlgorithmName.SHA256, Master, KeySlot(2), "coffer keyed hash"u8);
        hashes = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, KeySlot(2)));
        terms = new TermKey[installed.Count];
        for (var i = 0; i < terms.Length; i++)
        {
            var slot = FixedKeys + i;
            readKey(i, KeySlot(slot));
            terms[i] = new TermKey(installed[i].Term, installed[i].Installed, new(() => new AesGcm(KeySlot(slot), Ciphertext.TagSize)));
        }
    }

    public TermKey Active => terms[^1];

    public Span<byte> RootKey => KeySlot(0);

    public Span<byte> Master => KeySlot(1);

    public static Keyring Create(ReadOnlySpan<byte> rootKey, DateTimeOffset now)
    {
        using var master = new SecretBuffer(KeySize);
        RandomNumberGenerator.Fill(master.Append(KeySize));
        return new Keyring(rootKey, master.WrittenSpan, [(1, now)], static (_, key) => RandomNumberGenerator.Fill(key));
    }

    /// <summary>Null where the bytes are of another form, as a later version's might be.</summary>
    public static Keyring? Parse(ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> rootKey)
    {
        var span = bytes.Span;
        if (span.Length < HeaderSize + TermSize || span[0] != FormatVersion)
            return null;
        var count = BinaryPrimitives.ReadUInt32BigEndian(span[(1 + KeySize)..]);
        if (span.Length != HeaderSize + (count * TermSize))
            return null;
        var installed = new (uint Term, DateTimeOffset Installed)[count];
        for (var i = 0; i < installed.Length; i++)
        {
            var entry = span[(HeaderSize + (i * TermSize))..];
            var term = BinaryPrimitives.ReadUInt32BigEndian(entry);
            if (i > 0 && term != installed[i - 1].Term + 1)
                return null;
            installed[i] = (term, DateTimeOffset.UnixEpoch.AddTicks(BinaryPrimitives.ReadInt64BigEndian(entry[4..])));
        }

        return new Keyring(rootKey, span.Slice(1, KeySize), installed,
            (i, key) => bytes.Span.Slice(HeaderSize + (i * TermSize) + 12, KeySize).CopyTo(key));
    }

    /// <summary>The same keys, with a new one of the next term where <paramref name="now"/> is given, under <paramref name="rootKey"/>.</summary>
    public Keyring With(ReadOnlySpan<byte> rootKey, DateTimeOffset? now)
    {
        var installed = terms.Select(term => (term.Term, term.Installed)).ToList();
        if (now is { } time)
            installed.Add((checked(Active.Term + 1), time));
        return new Keyring(rootKey, Master, installed, (i, key) =>
        {
            if (i < terms.Length)
                KeySlot(FixedKeys + i).CopyTo(key);
            else
                RandomNumberGenerator.Fill(key);
        });
    }

    public void Write(SecretBuffer buffer)
    {
        buffer.Append([FormatVersion]);
        buffer.Append(Master);
        BinaryPrimitives.WriteInt32BigEndian(buffer.Append(4), terms.Length);
        for (var i = 0; i < terms.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(buffer.Append(4), terms[i].Term);
            BinaryPrimitives.WriteInt64BigEndian(buffer.Append(8), (terms[i].Installed - DateTimeOffset.UnixEpoch).Ticks);
            buffer.Append(KeySlot(FixedKeys + i));
        }
    }

    public TermKey? Find(uint term)
    {
        var index = (long)term - terms[0].Term;
        return index >= 0 && index < terms.Length ? terms[index] : null;
    }

    public void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        var hmac = hashes.Take();
        hmac.AppendData(data);
        hmac.GetHashAndReset(hash);
        hashes.Return(hmac);
    }

    /// <summary>False once it is being closed. Each success wants one <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref users);
        if (Volatile.Read(ref closed) == 0)
            return true;
        Interlocked.Decrement(ref users);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref users);

    /// <summary>Waits for those inside (each stays for one encryption) and zeroes the keys.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref closed, 1) != 0)
            return;
        var wait = default(SpinWait);
        while (Volatile.Read(ref users) != 0)
            wait.SpinOnce();
        foreach (var term in terms)
            term.Ciphers.Dispose();
        hashes.Dispose();
        memory.Dispose();
    }

    private Span<byte> KeySlot(int index) => memory.Span.Slice(index * KeySize, KeySize);
}

internal sealed record TermKey(uint Term, DateTimeOffset Installed, Slots<AesGcm> Ciphers);
