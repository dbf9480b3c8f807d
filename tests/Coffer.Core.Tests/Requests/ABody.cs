using System.Text;
using Coffer.Core.Requests;

namespace Coffer.Core.Tests.Requests;

public sealed class ABody
{
    [Theory]
    [InlineData("", "")]
    [InlineData("null", "")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("  {\"a\":1} trailing", "{\"a\":1}")]
    public void IsCutToItsObject(string sent, string taken)
    {
        Assert.True(JsonBody.TryTrim(Encoding.UTF8.GetBytes(sent), out var body));
        Assert.Equal(taken, Encoding.UTF8.GetString(body.Span));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{oops")]
    [InlineData("\"text\"")]
    [InlineData("\uFEFF{}")]
    public void IsRefusedUnlessItIsAnObject(string sent) => Assert.False(JsonBody.TryTrim(Encoding.UTF8.GetBytes(sent), out _));

    /// <summary>CVE-2025-6203, CVE-2025-12044.</summary>
    [Fact]
    public void IsRefusedWhenItIsABomb()
    {
        var bomb = string.Concat(Enumerable.Repeat("{\"a\":", 100_000));
        Assert.False(JsonBody.TryTrim(Encoding.UTF8.GetBytes(bomb), out _));
    }
}
