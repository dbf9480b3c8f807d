using Coffer.Core.Seals;
using CsCheck;

namespace Coffer.Core.Tests.Seals;

public sealed class ShareText
{
    [Fact]
    public void IsReadInHexAndBase64() => Gen.Byte.Array[33, 33].Sample(
        share =>
        {
            Assert.Equal(share, ShareSet.Parse(Convert.ToHexString(share)));
            Assert.Equal(share, ShareSet.Parse(Convert.ToHexStringLower(share)));
            Assert.Equal(share, ShareSet.Parse(Convert.ToBase64String(share)));
            Assert.Equal(share, ShareSet.Parse(" " + Convert.ToBase64String(share) + "\n"));
        },
        iter: 200);

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("not hex or base64 !")]
    [InlineData("abc")]
    public void IsRefusedInAnyOtherForm(string text) => Assert.Null(ShareSet.Parse(text));

    [Fact]
    public void ARootTokenUnderItsPadIsBase64WithoutPadding()
    {
        // Vault 1.8's answer and pad of a recorded root generation.
        var pad = "Q43iQ3jYt62M1u8C3QBRxGcB8J";
        var encoded = "IhpbWT4EBjYye0h4YUReBEtiAWoxBDcBTy4";
        var bytes = Convert.FromBase64String(encoded + "=");
        var token = new string([.. bytes.Select((value, i) => (char)(value ^ pad[i]))]);
        Assert.StartsWith("s.", token, StringComparison.Ordinal);
        Assert.Equal(encoded, Keyholder.Encode(token, pad));
    }
}
