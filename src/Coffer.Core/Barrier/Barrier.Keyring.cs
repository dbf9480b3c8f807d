using System.Security.Cryptography;
using Coffer.Core.Storage;

namespace Coffer.Core;

// The keyring's entry: made, opened, rotated, reloaded.
public sealed partial class Barrier
{
    private const int Attempts = 8;

    /// <summary>Where the keyring is, encrypted by the root key.</summary>
    public static readonly EntryKey KeyringKey = new(NamespaceId.Root, "core/keyring");

    // The root key under a data key, so that the other nodes can follow when the root key is changed.
    private static readonly EntryKey RootKeyKey = new(NamespaceId.Root, "core/root-key");

    /// <summary>
    /// Makes the keyring, encrypted by <paramref name="rootKey"/>, in one commit with <paramref name="together"/>. The barrier stays sealed.
    /// </summary>
    /// <exception cref="InitializationException">There is one, or a check of <paramref name="together"/> failed.</exception>
    public async ValueTask InitializeAsync(ReadOnlyMemory<byte> rootKey, Batch? together = null, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rootKey.Length, KeySize);
        byte[] value;
        using (var ring = Keyring.Create(rootKey.Span, clock.GetUtcNow()))
            value = Seal(ring, rootKey.Span);
        var batch = (together ?? new Batch()).Require(KeyringKey, Check.Absent).Put(KeyringKey, value);
        if (!(await storage.CommitAsync(batch, cancel)).Committed)
            throw new InitializationException("Vault is already initialized");
    }

    /// <exception cref="WrongKeyException"/>
    /// <exception cref="InitializationException">There is no keyring yet.</exception>
    public async ValueTask UnsealAsync(ReadOnlyMemory<byte> rootKey, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rootKey.Length, KeySize);
        await change.WaitAsync(cancel);
        try
        {
            var entry = await storage.GetAsync(KeyringKey, cancel) ?? throw new InitializationException("Vault is not initialized");
            var use = await storage.GetAsync(UseKey, cancel);
            Replace(Open(entry, rootKey.Span) ?? throw new WrongKeyException());
            ReadUse(use);
        }
        finally
        {
            change.Release();
        }
    }

    /// <summary>Whether <paramref name="keyringEntry"/>, as from a snapshot, opens with the root key in use.</summary>
    /// <exception cref="BarrierSealedException"/>
    public bool Opens(Entry keyringEntry)
    {
        var ring = Enter();
        try
        {
            using var other = Open(keyringEntry, ring.RootKey);
            return other is not null;
        }
        finally
        {
            ring.Leave();
        }
    }

    /// <summary>Whether <paramref name="key"/> is the root key in use, in constant time.</summary>
    /// <exception cref="BarrierSealedException"/>
    public bool IsRootKey(ReadOnlySpan<byte> key)
    {
        var ring = Enter();
        try
        {
            return CryptographicOperations.FixedTimeEquals(ring.RootKey, key);
        }
        finally
        {
            ring.Leave();
        }
    }

    /// <summary>
    /// A name of this keyring's master key, in hex: the same on every node and after rotations and rekeys, another for every other vault.
    /// </summary>
    /// <exception cref="BarrierSealedException"/>
    public string ClusterId => Convert.ToHexStringLower(DeriveKey("audit/cluster", 8).Span);

    /// <summary>
    /// Runs <paramref name="work"/> with the stored entries of the keyring in force, which this node does not change meanwhile: a restore
    /// of older entries keeps them, for a node must never encrypt under a term that the stored keyring lacks.
    /// </summary>
    internal async ValueTask<T> WithStoredKeysAsync<T>(Func<IReadOnlyList<Entry>, ValueTask<T>> work)
    {
        await change.WaitAsync();
        try
        {
            var stored = await storage.GetManyAsync([KeyringKey, RootKeyKey, UseKey]);
            return await work([.. stored.OfType<Entry>()]);
        }
        finally
        {
            change.Release();
        }
    }

    /// <summary>Whether an entry is the keyring or belongs to it.</summary>
    internal static bool IsOfKeys(EntryKey key) => key == KeyringKey || key == RootKeyKey || key == UseKey;

    /// <summary>Takes over what other nodes have rotated. Seals itself if the keyring can no longer be opened.</summary>
    /// <exception cref="BarrierSealedException"/>
    /// <exception cref="WrongKeyException">The keyring in storage is not ours any more; the barrier is sealed now.</exception>
    public async ValueTask ReloadAsync(CancellationToken cancel = default)
    {
        await change.WaitAsync(cancel);
        try
        {
            var stored = await storage.GetManyAsync([KeyringKey, RootKeyKey], cancel);
            Update(ring => Follow(ring, stored));
        }
        finally
        {
            change.Release();
        }
    }

    /// <summary>Installs a new term, with which everything is encrypted from now on. Values of older terms stay readable.</summary>
    /// <exception cref="BarrierSealedException"/>
    public async ValueTask<KeyStatus> RotateAsync(CancellationToken cancel = default)
    {
        await change.WaitAsync(cancel);
        try
        {
            return await RotateInsideAsync(null, cancel);
        }
        finally
        {
            change.Release();
        }
    }

    /// <summary>
    /// Encrypts the keyring by another root key, in one commit with <paramref name="together"/> (the seal's entry that holds it).
    /// Other nodes follow at their next <see cref="ReloadAsync"/>. False where a check of <paramref name="together"/> failed.
    /// </summary>
    /// <exception cref="BarrierSealedException"/>
    public async ValueTask<bool> RewrapAsync(ReadOnlyMemory<byte> newRootKey, Batch? together = null, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(newRootKey.Length, KeySize);
        await change.WaitAsync(cancel);
        try
        {
            return await CommitAsync(
                ring => (ring.With(newRootKey.Span, null), Encrypt(RootKeyKey, newRootKey.Span)), together ?? new Batch(), cancel);
        }
        finally
        {
            change.Release();
        }
    }

    private async ValueTask<KeyStatus> RotateInsideAsync(uint? onlyFrom, CancellationToken cancel)
    {
        await CommitAsync(
            ring => (onlyFrom is { } term && ring.Active.Term != term ? null : ring.With(ring.RootKey, clock.GetUtcNow()), null),
            new Batch(), cancel);
        return Status;
    }

    /// <summary>Changes the stored keyring, whatever other nodes do meanwhile; false where one of the caller's own checks failed.</summary>
    private async ValueTask<bool> CommitAsync(Func<Keyring, (Keyring? Next, byte[]? RootKey)> alter, Batch batch, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var stored = await storage.GetManyAsync([KeyringKey, RootKeyKey], cancel);
            var basis = Update(ring => Follow(ring, stored));
            Keyring? next;
            if (!basis.TryEnter())
                throw new BarrierSealedException();
            try
            {
                (next, var rootKey) = alter(basis);
                if (next is null)
                    return true;
                batch.Require(KeyringKey, stored[0]!.Version).Put(KeyringKey, Seal(next, next.RootKey));
                if (rootKey is not null)
                    batch.Put(RootKeyKey, rootKey);
            }
            finally
            {
                basis.Leave();
            }

            CommitResult result;
            try
            {
                result = await storage.CommitAsync(batch, cancel);
            }
            catch
            {
                // It may have been committed all the same; whoever meets the new term reloads.
                next.Dispose();
                throw;
            }

            if (result.Committed)
            {
                TryReplace(basis, next);
                return true;
            }

            next.Dispose();
            if (result.Conflict != KeyringKey || attempt == Attempts)
                return result.Conflict == KeyringKey ? throw new StorageUnavailableException("the keyring is being changed by other nodes") : false;
        }
    }

    private Keyring? Follow(Keyring ring, IReadOnlyList<Entry?> stored)
    {
        if (stored[0] is not { } entry)
            return null;
        if (Open(entry, ring.RootKey) is { } same)
            return same;
        if (stored[1] is not { } rootEntry)
            return null;
        using var rootKey = new SecretBuffer(KeySize);
        try
        {
            Decrypt(rootEntry, rootKey);
        }
        catch (Exception refusal) when (refusal is CorruptEntryException or UnknownTermException)
        {
            return null;
        }

        return rootKey.Count == KeySize ? Open(entry, rootKey.WrittenSpan) : null;
    }

    /// <summary>Replaces the keyring by what <paramref name="read"/> makes of it and returns the one now in use.</summary>
    private Keyring Update(Func<Keyring, Keyring?> read)
    {
        var ring = Enter();
        Keyring? next;
        try
        {
            next = read(ring);
        }
        finally
        {
            ring.Leave();
        }

        if (next is null)
        {
            Seal();
            throw new WrongKeyException("the keyring in storage does not open with the root key in use: sealed");
        }

        return TryReplace(ring, next) ? next : throw new BarrierSealedException();
    }

    private static byte[] Seal(Keyring ring, ReadOnlySpan<byte> rootKey)
    {
        using var plaintext = new SecretBuffer();
        ring.Write(plaintext);
        var value = new byte[plaintext.Count + Overhead];
        using var cipher = new AesGcm(rootKey, Ciphertext.TagSize);
        Ciphertext.Encrypt(cipher, Ciphertext.RootTerm, KeyringKey, plaintext.WrittenSpan, value);
        return value;
    }

    private static Keyring? Open(Entry entry, ReadOnlySpan<byte> rootKey)
    {
        var value = entry.Value.Span;
        if (!Ciphertext.TryReadTerm(value, out var term) || term != Ciphertext.RootTerm)
            return null;
        using var plaintext = new SecretBuffer(value.Length);
        using var cipher = new AesGcm(rootKey, Ciphertext.TagSize);
        return Ciphertext.TryDecrypt(cipher, KeyringKey, value, plaintext.Append(value.Length - Overhead))
            ? Keyring.Parse(plaintext.WrittenMemory, rootKey) : null;
    }
}
