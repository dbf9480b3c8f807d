using System.Security.Cryptography;

namespace Coffer.Core.Seals;

/// <summary>
/// Shamir's secret sharing, byte by byte over GF(2^8) with the polynomial of AES, in the form that Vault's shares have: the values,
/// then one byte with the share's abscissa. Neither tables nor branches depend on a secret (CVE-2023-25000).
/// </summary>
public static class Shamir
{
    public const int MostShares = 255;

    /// <summary>
    /// <paramref name="shares"/> shares of which any <paramref name="threshold"/> restore <paramref name="secret"/>.
    /// </summary>
    public static IReadOnlyList<byte[]> Split(ReadOnlySpan<byte> secret, int shares, int threshold)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(shares, threshold);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shares, MostShares);
        ArgumentOutOfRangeException.ThrowIfZero(secret.Length, nameof(secret));

        var abscissas = new byte[MostShares];
        for (var i = 0; i < abscissas.Length; i++)
            abscissas[i] = (byte)(i + 1);
        RandomNumberGenerator.Shuffle(abscissas.AsSpan());

        var made = new byte[shares][];
        for (var i = 0; i < shares; i++)
        {
            made[i] = GC.AllocateArray<byte>(secret.Length + 1, pinned: true);
            made[i][^1] = abscissas[i];
        }

        Span<byte> coefficients = stackalloc byte[threshold];
        for (var place = 0; place < secret.Length; place++)
        {
            RandomNumberGenerator.Fill(coefficients);
            coefficients[0] = secret[place];
            foreach (var share in made)
                share[place] = Evaluate(coefficients, share[^1]);
        }

        CryptographicOperations.ZeroMemory(coefficients);
        return made;
    }

    /// <summary>
    /// What the shares make, which is the secret only if they are enough and of one split: the caller must be able to tell. Null where
    /// they can't be combined: of different or no length, or two with one abscissa.
    /// </summary>
    public static byte[]? Combine(IReadOnlyList<byte[]> shares)
    {
        if (shares.Count < 2 || shares[0].Length < 2)
            return null;
        var seen = new HashSet<byte>();
        foreach (var share in shares)
        {
            if (share.Length != shares[0].Length || share[^1] == 0 || !seen.Add(share[^1]))
                return null;
        }

        // Lagrange's weights at zero: the product of x_j / (x_j - x_i) over the other shares.
        var secret = GC.AllocateArray<byte>(shares[0].Length - 1, pinned: true);
        foreach (var share in shares)
        {
            byte weight = 1;
            foreach (var other in shares)
            {
                if (!ReferenceEquals(share, other))
                    weight = Multiply(weight, Multiply(other[^1], Invert((byte)(other[^1] ^ share[^1]))));
            }

            for (var place = 0; place < secret.Length; place++)
                secret[place] ^= Multiply(weight, share[place]);
        }

        return secret;
    }

    internal static byte Multiply(byte a, byte b)
    {
        var product = 0;
        int factor = a;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= factor & -((b >> bit) & 1);
            factor = ((factor << 1) ^ (0x11b & -((factor >> 7) & 1))) & 0xff;
        }

        return (byte)product;
    }

    /// <summary>a^254, which is 1/a, and 0 for 0.</summary>
    internal static byte Invert(byte a)
    {
        var result = a;
        for (var i = 0; i < 6; i++)
            result = Multiply(Multiply(result, result), a);
        return Multiply(result, result);
    }

    private static byte Evaluate(ReadOnlySpan<byte> coefficients, byte x)
    {
        byte value = 0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
            value = (byte)(Multiply(value, x) ^ coefficients[i]);
        return value;
    }
}
