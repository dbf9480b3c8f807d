using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Audit;

/// <summary>
/// The MAC in a batch's last line. It tells a batch that was acknowledged from a torn one after a crash: only what follows
/// the last good mark may be cut.
/// </summary>
internal sealed class CommitMac : IDisposable
{
    public const int Bytes = 16;

    private readonly IncrementalHash hmac;
    private readonly byte[] origin;

    public CommitMac(ReadOnlySpan<byte> hmacKey, string origin)
    {
        Span<byte> key = stackalloc byte[32];
        HMACSHA256.HashData(hmacKey, "coffer audit commit"u8, key);
        hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        CryptographicOperations.ZeroMemory(key);
        this.origin = Encoding.UTF8.GetBytes(origin + "\n");
    }

    public void Compute(long size, TreeHash root, Span<byte> mac)
    {
        Span<byte> input = stackalloc byte[8 + TreeHash.Size];
        Span<byte> full = stackalloc byte[32];
        BinaryPrimitives.WriteInt64BigEndian(input, size);
        root.CopyTo(input[8..]);
        hmac.AppendData(origin);
        hmac.AppendData(input);
        hmac.GetHashAndReset(full);
        full[..Bytes].CopyTo(mac);
    }

    public bool Verify(LogCommit commit)
    {
        Span<byte> mac = stackalloc byte[Bytes];
        Compute(commit.Size, commit.Root, mac);
        return CryptographicOperations.FixedTimeEquals(mac, commit.Mac.Span);
    }

    public void Dispose() => hmac.Dispose();
}
