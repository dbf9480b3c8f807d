using System.Diagnostics;
using Coffer.Formats.Hcl;
using CsCheck;

namespace Coffer.Formats.Tests.Hcl;

public sealed class HclFuzz
{
    private static readonly Gen<string> Token = Gen.OneOf(
        "a", "path", "\"x\"", "\"", "{", "}", "[", "]", "=", ":", ",", "1", "-", "0x", "1e", ".5", "true", "null", "\n", " ", "#", "//",
        "/*", "*/", "<<EOF\n", "<<-E\n", "EOF\n", "  E\n", "\\", "\\u12", "${", "$", "\0", "\uFEFF", "é", "\ud83d", "\r\n", "\t");

    private static readonly Gen<string> Text = Gen.OneOf(
        Token.Array[0, 60].Select(string.Concat),
        Token.Array[0, 60].Select(tokens => "{" + string.Concat(tokens)),
        Gen.String[0, 200]);

    [Fact]
    public void AnyTextIsReadOrRefusedWithAPlaceInside() => Text.Sample(Check, iter: 30_000);

    [Fact, Trait("Long", "yes")]
    public void AnyTextIsReadOrRefusedWithAPlaceInsideForLong() => Text.Sample(Check, time: 60);

    [Theory]
    [InlineData("a = 1\n")]
    [InlineData("a \"b\" { c = [1, \"x\"] }\n")]
    [InlineData("/*")]
    [InlineData("<<EOF\n")]
    [InlineData("a = <<EOF\n")]
    [InlineData("\"\\n")]
    [InlineData("${")]
    [InlineData("9")]
    [InlineData("#\n")]
    [InlineData("[,")]
    [InlineData("{\"a\":1},")]
    public void TimeIsLinearInTheText(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
        long start = Stopwatch.GetTimestamp();
        Check(text);
        Check("a = " + text);
        Check("{\"a\":" + text);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void TheSameDocumentInBothSpellingsReadsTheSame()
    {
        Gen<string> word = Gen.String[Gen.Char['a', 'z'], 1, 6];
        Gen.Select(word, word, Gen.Int).Array[0, 8].Sample(entries =>
        {
            string hcl = string.Concat(entries.Select(e => $"block \"{e.Item1}\" {{ key = \"{e.Item2}\" n = {e.Item3} }}\n"));
            IEnumerable<string> members = entries.Select(e => $"{{\"{e.Item1}\":{{\"key\":\"{e.Item2}\",\"n\":{e.Item3}}}}}");
            string json = $"{{\"block\":[{string.Join(',', members)}]}}";
            return Shape(hcl).SequenceEqual(Shape(json));
        });

        static IEnumerable<(string, string, long)> Shape(string text) => HclDocument.Parse(text).Blocks("block", 1)
            .Select(b => (b.Labels[0].Text, b.Body.Attribute("key")!.AsString(), b.Body.Attribute("n")!.AsInteger()));
    }

    private static void Check(string text)
    {
        try
        {
            HclBody body = HclDocument.Parse(text);
            try
            {
                _ = body.Blocks("a", 1).Count + body.Blocks("path", 2).Count;
                _ = body.Attribute("a");
            }
            catch (HclException)
            {
            }
        }
        catch (HclException error)
        {
            Assert.InRange(error.Line, 1, text.Count(c => c == '\n') + 1);
            Assert.InRange(error.Column, 1, text.Length + 1);
        }
    }
}
