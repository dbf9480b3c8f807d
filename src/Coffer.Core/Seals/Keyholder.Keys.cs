using System.Security.Cryptography;
using Coffer.Core.Storage;

namespace Coffer.Core.Seals;

// What a seal keeps, and how shares are held against it.
public sealed partial class Keyholder
{
    private async ValueTask<SealConfig?> ReadConfigAsync(bool fresh, CancellationToken cancel)
    {
        var last = Volatile.Read(ref known);
        if (!fresh && last is not null && clock.GetElapsedTime(last.ReadAt) < ConfigAge)
            return last.Config;
        try
        {
            var entry = await storage.GetAsync(SealConfig.Key, cancel);
            var config = entry is null ? null : SealConfig.Read(entry);
            Volatile.Write(ref known, new KnownConfig(config, clock.GetTimestamp()));
            return config;
        }
        catch (Exception outage) when (!fresh && last is not null && outage is StorageUnavailableException or StorageFailedException)
        {
            // Whether it is sealed must be answered during an outage of the storage too.
            return last!.Config;
        }
    }

    private static Outcome<byte[]> ReadShare(string text, SealConfig config)
    {
        if (ShareSet.Parse(text) is not { } share)
            return new Refused(NotAKey);
        var length = config.Shares == 1 ? KeyWrap.KeySize : KeyWrap.KeySize + 1;
        if (share.Length == length)
            return share;
        CryptographicOperations.ZeroMemory(share);
        return new Refused(share.Length < length
            ? $"key is shorter than minimum {length} bytes" : $"key is longer than maximum {length} bytes");
    }

    /// <summary>What the shares open; null where they are not the right ones. Shares of an unattended seal are held against their digest.</summary>
    private async ValueTask<SealPayload?> TryOpenAsync(SealConfig config, ShareSet shares, CancellationToken cancel)
    {
        if (shares.Combine() is not { } shareKey)
            return null;
        var keeper = seals.First(candidate => candidate.Type == config.Type);
        var payload = await UnwrapAsync(keeper, config, shareKey, cancel);
        if (payload is null || payload.IsOf(shareKey))
            return payload;
        payload.Dispose();
        return null;
    }

    /// <summary>As <see cref="TryOpenAsync"/>, and it is the root key in use, so an entry put there by whoever writes the storage is refused.</summary>
    private async ValueTask<SealPayload?> TryProveAsync(SealConfig config, ShareSet shares, CancellationToken cancel)
    {
        var payload = await TryOpenAsync(config, shares, cancel);
        if (payload is null || barrier.IsRootKey(payload.RootKey.Span))
            return payload;
        payload.Dispose();
        return null;
    }

    private static async ValueTask<byte[]> WrapAsync(
        ISeal by, SecretBuffer rootKey, ReadOnlyMemory<byte> shareKey, CancellationToken cancel)
    {
        using var plaintext = new SecretBuffer(SealPayload.Size);
        plaintext.Append(rootKey.WrittenSpan);
        SealPayload.Digest(shareKey.Span, plaintext.Append(SealPayload.Size - Barrier.KeySize));
        var own = by.IsUnattended ? default : shareKey;
        var wrapped = await by.WrapAsync(plaintext.WrittenMemory, own, cancel);

        // The root key must never be kept by what can't give it back.
        if (await by.UnwrapAsync(wrapped, own, cancel) is not { } again)
            throw new SealUnavailableException($"the seal {by.Type} does not open what it has just wrapped");
        var same = CryptographicOperations.FixedTimeEquals(again, plaintext.WrittenSpan);
        CryptographicOperations.ZeroMemory(again);
        return same ? wrapped : throw new SealUnavailableException($"the seal {by.Type} does not give back what it has just wrapped");
    }

    private static async ValueTask<SealPayload?> UnwrapAsync(
        ISeal by, SealConfig config, ReadOnlyMemory<byte> shareKey, CancellationToken cancel)
    {
        if (await by.UnwrapAsync(config.Wrapped, by.IsUnattended ? default : shareKey, cancel) is not { } plaintext)
            return null;
        var payload = plaintext.Length == SealPayload.Size ? new SealPayload(plaintext, shareKey.Span) : null;
        CryptographicOperations.ZeroMemory(plaintext);
        return payload;
    }

    private static SecretBuffer NewKey()
    {
        var key = new SecretBuffer(Barrier.KeySize);
        RandomNumberGenerator.Fill(key.Append(Barrier.KeySize));
        return key;
    }

    /// <summary>What a seal wraps: the root key and a digest of the share key, so recovery shares are known by what only the seal could write.</summary>
    private sealed class SealPayload : IDisposable
    {
        public const int Size = Barrier.KeySize + SHA256.HashSizeInBytes;

        private readonly SecretBuffer digest = new(SHA256.HashSizeInBytes);
        private readonly SecretBuffer shareKey = new(KeyWrap.KeySize);

        public SealPayload(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> key)
        {
            RootKeyBuffer.Append(plaintext[..Barrier.KeySize]);
            digest.Append(plaintext[Barrier.KeySize..]);
            shareKey.Append(key);
        }

        public SecretBuffer RootKeyBuffer { get; } = new(Barrier.KeySize);

        public ReadOnlyMemory<byte> RootKey => RootKeyBuffer.WrittenMemory;

        public ReadOnlyMemory<byte> ShareKey => shareKey.WrittenMemory;

        public static void Digest(ReadOnlySpan<byte> key, Span<byte> digest)
        {
            digest.Clear();
            if (!key.IsEmpty)
                HMACSHA256.HashData(key, "coffer share key"u8, digest);
        }

        public bool IsOf(ReadOnlySpan<byte> key)
        {
            Span<byte> own = stackalloc byte[SHA256.HashSizeInBytes];
            Digest(key, own);
            return !key.IsEmpty && CryptographicOperations.FixedTimeEquals(own, digest.WrittenSpan);
        }

        public void Dispose()
        {
            RootKeyBuffer.Dispose();
            digest.Dispose();
            shareKey.Dispose();
        }
    }
}
