using Coffer.Formats.Hcl;

namespace Coffer.Formats.Tests.Hcl;

public sealed class HclText
{
    private static HclValue Value(string expression) => HclDocument.Parse("x = " + expression).Attribute("x")!;

    [Fact]
    public void BlocksHaveZeroOrMoreLabels()
    {
        HclBody body = HclDocument.Parse("a { }\nb \"one\" { k = 1 }\nc \"one\" two { }");
        Assert.Equal([0, 1, 2], body.Items.Select(item => ((HclBlock)item).Labels.Count));
        Assert.Equal(["one", "two"], ((HclBlock)body.Items[2]).Labels.Select(label => label.Text));
        Assert.Equal(1, body.Blocks("b", 1)[0].Body.Attribute("k")!.AsInteger());
    }

    [Fact]
    public void EachNodeKnowsItsPlace()
    {
        HclBody body = HclDocument.Parse("# first\npath \"a\" {\n  capabilities = [\"read\"]\n}");
        HclBlock block = body.Blocks("path", 1)[0];
        Assert.Equal((2, 1), (block.Line, block.Column));
        Assert.Equal(new HclPosition(2, 6), block.Labels[0].Position);
        HclValue value = block.Body.Attribute("capabilities")!;
        Assert.Equal((3, 18), (value.Line, value.Column));
        Assert.Equal(new HclPosition(3, 19), value.AsList()[0].Position);
    }

    [Theory]
    [InlineData("\"plain\"", "plain")]
    [InlineData("\"\"", "")]
    [InlineData("""  "q \" b \\ n \n t \t"  """, "q \" b \\ n \n t \t")]
    [InlineData("""  "\u00e9\x41\101\U0001F600"  """, "éAA😀")]
    [InlineData("""  "a ${f("x")} b"  """, """a ${f("x")} b""")]
    [InlineData("\"{{identity.entity.id}}\"", "{{identity.entity.id}}")]
    [InlineData("\"$x\"", "$x")]
    [InlineData("<<EOF\nline one\n  two\nEOF\n", "line one\n  two\n")]
    [InlineData("<<EOF\nEOF\n", "")]
    [InlineData("<<-EOF\n    one\n      two\n    EOF\n", "one\n  two\n")]
    [InlineData("<<-EOF\n  one\n two\n   EOF\n", "  one\n two\n")]
    public void StringsAreUnquoted(string expression, string expected) => Assert.Equal(expected, Value(expression).AsString());

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-12", -12)]
    [InlineData("0x1F", 31)]
    [InlineData("010", 8)]
    [InlineData("\"42\"", 42)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void IntegersAreRead(string expression, long expected) => Assert.Equal(expected, Value(expression).AsInteger());

    [Theory]
    [InlineData("1.5", 1.5)]
    [InlineData("-2e3", -2000)]
    [InlineData(".5", 0.5)]
    [InlineData("7", 7)]
    public void DecimalsAreRead(string expression, double expected) => Assert.Equal(expected, Value(expression).AsDouble());

    [Fact]
    public void CommentsAndCommasAreOptionalAnywhere()
    {
        const string text = """
            # hash
            // slashes
            /* several
               lines */
            a = 1, b = 2 c = [ 1, /* in */ 2, # end
              3, ]
            o = { "x" = [] "y" = true }
            """;
        HclBody body = HclDocument.Parse(text);
        Assert.Equal(["a", "b", "c", "o"], body.Items.Select(item => item.Name));
        Assert.Equal([1L, 2, 3], body.Attribute("c")!.AsList().Select(value => value.AsInteger()));
        Assert.True(body.Attribute("o")!.AsObject().Attribute("y")!.AsBool());
    }

    [Fact]
    public void AnEmptyTextIsAnEmptyBody() => Assert.Empty(HclDocument.Parse(" \n# nothing\n").Items);

    [Fact]
    public void WindowsLinesAndAByteOrderMarkAreFine()
    {
        HclBody body = HclDocument.Parse("\uFEFFa = 1\r\nb {\r\n}\r\n");
        Assert.Equal(["a", "b"], body.Items.Select(item => item.Name));
        Assert.Equal((1, 1), (body.Items[0].Line, body.Items[0].Column));
    }

    [Theory]
    [InlineData("path \"x\" { capabilities = ", 1, 27, "expected a value")]
    [InlineData("path \"x\" { ", 1, 12, "closing brace for the one at 1:10")]
    [InlineData("a = [1 2]", 1, 8, "expected ',' or ']'")]
    [InlineData("a = [1,", 1, 8, "expected ']' for the list at 1:5")]
    [InlineData("a = \"x\ny\"", 1, 5, "not terminated")]
    [InlineData("a = \"\\q\"", 1, 6, "escape")]
    [InlineData("a = \"\\ud800\"", 1, 6, "Unicode")]
    [InlineData("a = \"\\u12\"", 1, 6, "digits")]
    [InlineData("a = \"${x\"", 1, 5, "interpolation")]
    [InlineData("a = yes", 1, 5, "bare word yes")]
    [InlineData("a \"b\" = 1", 1, 7, "nested object")]
    [InlineData("a", 1, 2, "found the end of the text")]
    [InlineData("a = 1x", 1, 6, "end of the number")]
    [InlineData("a = -", 1, 5, "digit")]
    [InlineData("a = 1\n}", 2, 1, "expected a key, found '}'")]
    [InlineData("= 1", 1, 1, "expected a key")]
    [InlineData("/* open", 1, 1, "comment not terminated")]
    [InlineData("a = <<EOF\ntext", 1, 5, "heredoc not terminated")]
    [InlineData("a = << \n", 1, 5, "heredoc anchor")]
    [InlineData("a = \0", 1, 5, "U+0000")]
    public void ErrorsNameLineColumnAndWhatWasExpected(string text, int line, int column, string words)
    {
        HclException error = Assert.Throws<HclException>(() => HclDocument.Parse(text));
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.StartsWith($"At {line}:{column}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DepthIsBounded()
    {
        static string Nested(int depth) => "a = " + new string('[', depth) + new string(']', depth);
        Assert.NotNull(HclDocument.Parse(Nested(HclDocument.MaxDepth)));
        foreach (string text in new[]
        {
            Nested(HclDocument.MaxDepth + 1),
            Nested(100_000),
            string.Concat(Enumerable.Repeat("a {", 100_000)),
            string.Concat(Enumerable.Repeat("{\"a\":", 100_000)),
        })
            Assert.Contains("deep", Assert.Throws<HclException>(() => HclDocument.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LengthIsBounded() =>
        Assert.Contains("longer", Assert.Throws<HclException>(() => HclDocument.Parse(new string(' ', HclDocument.MaxLength + 1))).Message,
            StringComparison.Ordinal);
}
