using Coffer.Formats.Hcl;

namespace Coffer.Formats.Tests.Hcl;

public sealed class HclReading
{
    [Theory]
    [InlineData("listener \"tcp\" { address = \"a\" }\nlistener \"tcp\" { address = \"b\" }")]
    [InlineData("listener { tcp { address = \"a\" } }\nlistener { \"tcp\" { address = \"b\" } }")]
    [InlineData("listener = { tcp = { address = \"a\" } }\nlistener = [{ tcp = { address = \"b\" } }]")]
    [InlineData("""{"listener": [{"tcp": {"address": "a"}}, {"tcp": [{"address": "b"}]}]}""")]
    [InlineData("""{"listener": {"tcp": {"address": "a"}}, "listener": {"tcp": {"address": "b"}}}""")]
    public void RepeatedBlocksAccumulateInEverySpelling(string text)
    {
        IReadOnlyList<HclBlock> blocks = HclDocument.Parse(text).Blocks("listener", 1);
        Assert.Equal(["tcp", "tcp"], blocks.Select(block => block.Labels[0].Text));
        Assert.Equal(["a", "b"], blocks.Select(block => block.Body.Attribute("address")!.AsString()));
    }

    [Fact]
    public void JsonHasEveryKindOfValue()
    {
        HclBody body = HclDocument.Parse("""{"s":"\u00e9\/\n","n":-1.5e2,"t":true,"f":false,"z":null,"l":[1,"2"],"o":{}}""");
        Assert.Equal("é/\n", body.Attribute("s")!.AsString());
        Assert.Equal(-150, body.Attribute("n")!.AsDouble());
        Assert.True(body.Attribute("t")!.AsBool());
        Assert.False(body.Attribute("f")!.AsBool());
        Assert.Equal(HclKind.Null, body.Attribute("z")!.Kind);
        Assert.Equal(["1", "2"], body.Attribute("l")!.AsStrings());
        Assert.Empty(body.Attribute("o")!.AsObject().Items);
    }

    [Theory]
    [InlineData("{", 1, 2)]
    [InlineData("{\"a\"}", 1, 5)]
    [InlineData("{\"a\":1,}", 1, 8)]
    [InlineData("{\"a\":[1,]}", 1, 9)]
    [InlineData("{\"a\":01}", 1, 6)]
    [InlineData("{\"a\":\"\\x41\"}", 1, 7)]
    [InlineData("{\"a\":1}\n{}", 2, 1)]
    [InlineData("{\"a\":nul}", 1, 6)]
    [InlineData("{\"a\":\"\t\"}", 1, 7)]
    [InlineData("{a:1}", 1, 2)]
    public void BadJsonIsRefusedWithItsPlace(string text, int line, int column)
    {
        HclException error = Assert.Throws<HclException>(() => HclDocument.Parse(text));
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Fact]
    public void AnAttributeSetTwiceIsRefused() =>
        Assert.Equal("At 2:1: \"a\" is already set on line 1",
            Assert.Throws<HclException>(() => HclDocument.Parse("a = 1\na = 2").Attribute("a")).Message);

    [Fact]
    public void AMissingAttributeIsNull() => Assert.Null(HclDocument.Parse("a = 1").Attribute("b"));

    [Fact]
    public void UnknownKeysAreNamed() =>
        Assert.Equal("At 2:1: unknown key \"ui\"",
            Assert.Throws<HclException>(() => HclDocument.Parse("a = 1\nui = true").AllowOnly("a")).Message);

    [Theory]
    [InlineData("seal \"a\" \"b\" { }", "takes 1 label, not 2")]
    [InlineData("seal = 3", "is a block, not a number")]
    [InlineData("seal { k = 3 }", "is a block, not a number")]
    public void ABlockOfAnotherShapeIsRefused(string text, string words) =>
        Assert.Contains(words, Assert.Throws<HclException>(() => HclDocument.Parse(text).Blocks("seal", 1)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void ASecondBlockIsRefusedWhereOneIsExpected()
    {
        HclBody body = HclDocument.Parse("a \"x\" { }\na \"y\" { }");
        Assert.Equal("At 2:1: only one \"a\" block is allowed, the first is on line 1",
            Assert.Throws<HclException>(() => body.Block("a", 1)).Message);
        Assert.Null(body.Block("b"));
    }

    [Fact]
    public void ValuesSayWhatTheyExpected()
    {
        HclBody body = HclDocument.Parse("n = 1\ns = \"secret\"\nl = []\nd = \"-5s\"");
        Assert.Contains("expected a list, not a number", Error(() => body.Attribute("n")!.AsList()), StringComparison.Ordinal);
        Assert.Contains("expected an object, not a list", Error(() => body.Attribute("l")!.AsObject()), StringComparison.Ordinal);
        Assert.Contains("expected a whole number, not a string", Error(() => body.Attribute("s")!.AsInteger()), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Error(() => body.Attribute("s")!.AsBool()), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body.Attribute("s")!.ToString(), StringComparison.Ordinal);
        Assert.Contains("negative", Error(() => body.Attribute("d")!.AsDuration()), StringComparison.Ordinal);

        static string Error(Func<object?> read) => Assert.Throws<HclException>(() => { _ = read(); }).Message;
    }

    [Fact]
    public void DurationsSizesAndBooleansAreRead()
    {
        HclBody body = HclDocument.Parse("a = 30\nb = \"1h30m\"\nc = \"32MiB\"\nd = \"true\"\ne = 1");
        Assert.Equal(TimeSpan.FromSeconds(30), body.Attribute("a")!.AsDuration());
        Assert.Equal(TimeSpan.FromMinutes(90), body.Attribute("b")!.AsDuration());
        Assert.Equal(32 << 20, body.Attribute("c")!.AsByteSize());
        Assert.True(body.Attribute("d")!.AsBool());
        Assert.True(body.Attribute("e")!.AsBool());
    }
}
