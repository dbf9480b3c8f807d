using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coffer.Core.Policies.Passwords;

/// <summary>
/// Numbers below a bound, each equally likely: 16 random bits at a time, thrown away beyond the largest multiple of the bound.
/// </summary>
internal sealed class UnbiasedDraw : IDisposable
{
    private const int Range = 1 << 16;
    private readonly byte[] pool = new byte[512];
    private int used = 512;

    /// <param name="bound">At most 65,536.</param>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bound, Range);
        int limit = Range - (Range % bound);
        while (true)
        {
            int number = Next();
            if (number < limit)
                return number % bound;
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(pool);

    private int Next()
    {
        if (used == pool.Length)
        {
            RandomNumberGenerator.Fill(pool);
            used = 0;
        }
        int number = BinaryPrimitives.ReadUInt16LittleEndian(pool.AsSpan(used));
        used += 2;
        return number;
    }
}
