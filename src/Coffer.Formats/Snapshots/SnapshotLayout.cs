namespace Coffer.Formats.Snapshots;

/// <summary>
/// The file, numbers big-endian:
/// magic (16) ‖ format (2) ‖ header's length (4) ‖ header (JSON)
/// ‖ gzip of the entries, each:
///   namespace (4) ‖ due class (1) ‖ due ticks (8) ‖ path's length (4) ‖ value's length (4) ‖ path (UTF-8) ‖ value
/// ‖ end (8) ‖ number of entries (8) ‖ position (8) ‖ digest (32) ‖ seal (32).
/// The digest is SHA-256 of all before it; the seal is HMAC-SHA-256 of the digest under a key that only the cluster has. So anybody can
/// tell an intact file from a damaged one, and the cluster its own file from any other, before a byte of the entries is unpacked.
/// </summary>
internal static class SnapshotLayout
{
    public const ushort Format = 1;
    public const int HeadSize = 16 + 2 + 4;
    public const int MostHeader = 1 << 16;
    public const int EntryHeadSize = 4 + 1 + 8 + 4 + 4;
    public const int MostPath = 1 << 20;
    public const int DigestSize = 32;
    public const int CountedSize = 8 + 8 + 8;
    public const int TailSize = CountedSize + DigestSize + DigestSize;

    public static ReadOnlySpan<byte> Magic => "coffer snapshot\n"u8;

    public static ReadOnlySpan<byte> End => "snap end"u8;
}
