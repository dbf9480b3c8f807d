using System.Text.Json;
using Coffer.Cli.Output;

namespace Coffer.Cli.Tests;

public sealed class Printing
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59, "59s")]
    [InlineData(60, "1m")]
    [InlineData(3600, "1h")]
    [InlineData(3601, "1h0m1s")]
    [InlineData(5400, "1h30m")]
    [InlineData(2764800, "768h")]
    public void ShowsDurationsAsPeopleSayThem(long seconds, string expected) => Assert.Equal(expected, Cell.Duration(seconds));

    [Fact]
    public void QuotesWhatYamlWouldReadAsSomethingElse()
    {
        using JsonDocument document = JsonDocument.Parse("""{"a":"true","b":"1","c":"x: y","d":"two\nlines","e":"","f":[],"g":[{"h":1},["i"]],"yes":1.50}""");
        Assert.Equal("a: \"true\"\nb: \"1\"\nc: \"x: y\"\nd: \"two\\nlines\"\ne: \"\"\nf: []\ng:\n-\n  h: 1\n-\n  - i\n\"yes\": 1.50\n", Yaml.Text(document.RootElement));
    }

    [Fact]
    public void ShowsEscapesInsteadOfObeyingThem() => Assert.Equal("a\\x1b]0;title\\x07\n\tb", Harmless.Shown("a\u001b]0;title\u0007\n\tb"));
}
