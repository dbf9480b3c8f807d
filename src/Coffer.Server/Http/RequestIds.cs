using System.Security.Cryptography;

namespace Coffer.Server.Http;

/// <summary>Random request identifiers in the look of a UUID, as clients expect them; random bytes are drawn for many at a time.</summary>
internal static class RequestIds
{
    private const int Size = 16;

    [ThreadStatic]
    private static byte[]? drawn;

    [ThreadStatic]
    private static int used;

    public static string Next()
    {
        drawn ??= new byte[64 * Size];
        if (used == 0) RandomNumberGenerator.Fill(drawn);
        var id = new Guid(drawn.AsSpan(used, Size)).ToString("D");
        used = (used + Size) % drawn.Length;
        return id;
    }
}
