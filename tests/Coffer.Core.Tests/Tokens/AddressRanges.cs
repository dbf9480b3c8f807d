using System.Net;
using Coffer.Core.Tokens;

namespace Coffer.Core.Tests.Tokens;

public sealed class AddressRanges
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.200.1.1", true)]
    [InlineData("10.1.2.3/8", "10.200.1.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("2001:db8::/32", "10.0.0.1", false)]
    [InlineData("127.0.0.0/8", "::ffff:127.0.0.1", true)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("nonsense", "10.0.0.1", false)]
    public void HoldTheirAddresses(string range, string address, bool holds) =>
        Assert.Equal(holds, Cidrs.Contains([range], IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("/8")]
    [InlineData("")]
    public void AreRefusedWhenMalformed(string range) => Assert.False(Cidrs.IsValid(range));

    [Fact]
    public void ShowASingleAddressWithoutItsLength()
    {
        Assert.Equal("127.0.0.1", Cidrs.Show("127.0.0.1/32"));
        Assert.Equal("10.0.0.0/8", Cidrs.Show("10.0.0.0/8"));
    }
}
