using System.Security.Cryptography;

namespace Coffer.Core;

/// <summary>Random names. All come from the operating system's generator.</summary>
public static class Ids
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>24 base62 characters (142 bits): accessors and the ends of lease ids.</summary>
    public static string Base62Name(int length = 24) => RandomNumberGenerator.GetString(Base62, length);

    /// <summary>128 random bits written as a UUID: requests, mounts. Not a secret.</summary>
    public static string Uuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new Guid(bytes).ToString();
    }

    /// <summary>The end of a mount's accessor: <c>kv_1a2b3c4d</c>.</summary>
    public static string Hex(int bytes) => RandomNumberGenerator.GetHexString(bytes * 2, lowercase: true);
}
