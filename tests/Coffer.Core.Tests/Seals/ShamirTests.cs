using Coffer.Core.Seals;
using CsCheck;

namespace Coffer.Core.Tests.Seals;

public sealed class ShamirTests
{
    private static readonly Gen<(byte[] Secret, int Shares, int Threshold)> Splits =
        from secret in Gen.Byte.Array[1, 40]
        from threshold in Gen.Int[2, 12]
        from more in Gen.Int[0, 12]
        select (secret, threshold + more, threshold);

    [Fact]
    public void TheFieldIsThatOfAes()
    {
        // FIPS 197, 4.2 and 4.2.1
        Assert.Equal(0xc1, Shamir.Multiply(0x57, 0x83));
        Assert.Equal(0xfe, Shamir.Multiply(0x57, 0x13));
        Assert.Equal(0x07, Shamir.Multiply(0x57, 0x10));
        Assert.Equal(0, Shamir.Invert(0));
        for (var a = 1; a < 256; a++)
            Assert.Equal(1, Shamir.Multiply((byte)a, Shamir.Invert((byte)a)));
    }

    [Fact]
    public void SharesMadeByVaultFitTogether()
    {
        // Three shares, any two of which restore the unseal key, that Vault 1.8 gave out for a server that is no more.
        byte[][] shares =
        [
            Convert.FromBase64String("38fsT8w/KCjfzA91/GGGboJ/MVLtqlmF+3cOpTDCvCi0"),
            Convert.FromBase64String("ixNrDgcII5o9ZZKd3yJuyDnE931rWm8tytKFEGv3ACLQ"),
            Convert.FromBase64String("+FNGJ+N5YKexPmTvSWocEibb87b7kqPLGNT1M5nnAdzM"),
        ];
        var secret = Shamir.Combine([shares[0], shares[1]])!;
        Assert.Equal(32, secret.Length);
        Assert.Equal(secret, Shamir.Combine([shares[1], shares[2]]));
        Assert.Equal(secret, Shamir.Combine([shares[2], shares[0]]));
        Assert.Equal(secret, Shamir.Combine(shares));
    }

    [Fact]
    public void AnyThresholdOfSharesRestoresTheSecretInAnyOrder() => Splits.Sample(
        split =>
        {
            var shares = Shamir.Split(split.Secret, split.Shares, split.Threshold).ToArray();
            System.Security.Cryptography.RandomNumberGenerator.Shuffle(shares.AsSpan());
            Assert.Equal(split.Secret, Shamir.Combine(shares[..split.Threshold]));
            Assert.Equal(split.Secret, Shamir.Combine(shares));
        },
        iter: 300);

    [Fact]
    public void FewerSharesFitEverySecret()
    {
        // With one share too few each value of a byte is as likely as any other: over many splits of one secret all of them turn up.
        var seen = new HashSet<byte>();
        for (var i = 0; i < 4000; i++)
        {
            var shares = Shamir.Split([42], 3, 3);
            seen.Add(Shamir.Combine([shares[0], shares[1]])![0]);
        }

        Assert.Equal(256, seen.Count);
    }

    [Fact]
    public void TheMostSharesAreDistinct()
    {
        var shares = Shamir.Split("secret"u8, 255, 255);
        Assert.Equal(255, shares.Select(share => share[^1]).Distinct().Count());
        Assert.DoesNotContain(shares, share => share[^1] == 0);
        Assert.Equal("secret"u8, Shamir.Combine(shares)!);
        Assert.Throws<ArgumentOutOfRangeException>(() => Shamir.Split("secret"u8, 256, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Shamir.Split("secret"u8, 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Shamir.Split("secret"u8, 2, 1));
    }

    [Fact]
    public void SharesThatCannotBeOfOneSplitAreRefused()
    {
        Assert.Null(Shamir.Combine([]));
        Assert.Null(Shamir.Combine([[1, 1]]));
        Assert.Null(Shamir.Combine([[1, 1], [2, 2, 2]]));
        Assert.Null(Shamir.Combine([[1, 1], [2, 1]]));
        Assert.Null(Shamir.Combine([[1, 0], [2, 1]]));
        Assert.Null(Shamir.Combine([[0], [1]]));
    }
}
