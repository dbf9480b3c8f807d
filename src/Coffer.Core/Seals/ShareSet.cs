using System.Security.Cryptography;

namespace Coffer.Core.Seals;

/// <summary>The shares submitted so far towards one purpose, under a nonce. Zeroed when it is disposed of.</summary>
internal sealed class ShareSet : IDisposable
{
    private readonly List<byte[]> shares = [];

    public string Nonce { get; } = new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    public int Progress => shares.Count;

    /// <summary>Takes the share over. One that is there already does not count twice.</summary>
    public void Add(byte[] share)
    {
        foreach (var known in shares)
        {
            if (CryptographicOperations.FixedTimeEquals(known, share))
            {
                CryptographicOperations.ZeroMemory(share);
                return;
            }
        }

        shares.Add(share);
    }

    /// <summary>The key that the shares make; of one share alone, the share. Null where they do not fit together.</summary>
    public byte[]? Combine() => shares.Count == 1 ? [.. shares[0]] : Shamir.Combine(shares);

    public void Dispose()
    {
        foreach (var share in shares)
            CryptographicOperations.ZeroMemory(share);
        shares.Clear();
    }

    /// <summary>The shares to hand out: with one, the key itself, as Vault does.</summary>
    public static IReadOnlyList<byte[]> Split(ReadOnlySpan<byte> key, int shares, int threshold) =>
        shares == 1 ? [key.ToArray()] : Shamir.Split(key, shares, threshold);

    /// <summary>Reads a share written in hex or base64; null where it is neither.</summary>
    public static byte[]? Parse(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
            return null;
        var bytes = GC.AllocateArray<byte>((text.Length / 2) + 1, pinned: true);
        if (text.Length % 2 == 0 && Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done)
            return Take(bytes, written);
        CryptographicOperations.ZeroMemory(bytes);
        bytes = GC.AllocateArray<byte>(text.Length, pinned: true);
        return Convert.TryFromBase64String(text, bytes, out written) ? Take(bytes, written) : null;
    }

    private static byte[] Take(byte[] bytes, int length)
    {
        var share = GC.AllocateArray<byte>(length, pinned: true);
        bytes.AsSpan(0, length).CopyTo(share);
        CryptographicOperations.ZeroMemory(bytes);
        return share;
    }
}
