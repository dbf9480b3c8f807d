using System.Text;

namespace Coffer.Modules.Storage;

/// <summary>
/// Paths as both drivers keep them: bytes of strict UTF-8, so that their order is the contract's in any database and no two paths
/// fall together (a lone surrogate is refused rather than replaced).
/// </summary>
internal static class PathBytes
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Greater than every path: no UTF-8 holds this byte.</summary>
    private static readonly byte[] AboveAll = [0xFF];

    public static byte[] Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OfPrefix(path);
    }

    public static byte[] OfPrefix(string prefix)
    {
        if (prefix.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("a path holds no NUL", nameof(prefix));
        return Strict.GetBytes(prefix);
    }

    public static string Text(ReadOnlySpan<byte> path) => Encoding.UTF8.GetString(path);

    /// <summary>The least byte string that is greater than all that start with <paramref name="prefix"/>.</summary>
    public static byte[] UpperBound(byte[] prefix)
    {
        if (prefix.Length == 0)
            return AboveAll;
        byte[] bound = [.. prefix];
        bound[^1]++; // never overflows: UTF-8 has no 0xFF
        return bound;
    }

    /// <summary>The least byte string that a scan below <paramref name="prefix"/> may return, past <paramref name="after"/>.</summary>
    public static byte[] LowerBound(byte[] prefix, string? after)
    {
        if (after is null)
            return prefix;
        byte[] next = [.. OfPrefix(after), 0]; // the successor of a string without NUL
        return next.AsSpan().SequenceCompareTo(prefix) > 0 ? next : prefix;
    }

    /// <summary>Where a listing of one level goes on after the name <paramref name="after"/>.</summary>
    public static byte[] AfterName(byte[] prefix, ReadOnlySpan<byte> after)
    {
        var slash = after.IndexOf((byte)'/');
        return slash < 0
            ? [.. prefix, .. after, 0]
            : [.. prefix, .. after[..slash], (byte)'/' + 1]; // over all that lies below the folder
    }

    /// <summary>The next segment of <paramref name="path"/> below a prefix of that length, with its slash; empty for the prefix itself.</summary>
    public static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> path, int prefix)
    {
        var rest = path[prefix..];
        var slash = rest.IndexOf((byte)'/');
        return slash < 0 ? rest : rest[..(slash + 1)];
    }
}
