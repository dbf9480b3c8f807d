using CsCheck;

namespace Coffer.Formats.Tests;

public sealed class DurationText
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("0", 0)]
    [InlineData("30", 30_000)]
    [InlineData(" 30 ", 30_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("30m0s", 1_800_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData(".5s", 500)]
    [InlineData("250ms", 250)]
    [InlineData("7d", 604_800_000)]
    [InlineData("-1m", -60_000)]
    [InlineData("-5", -5_000)]
    [InlineData("+2s", 2_000)]
    [InlineData("1000us", 1)]
    [InlineData("1000µs", 1)]
    [InlineData("1000000ns", 1)]
    public void IsReadAsGoAndVaultDo(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Durations.Parse(text));

    [Theory]
    [InlineData("h", "time: invalid duration \"h\"")]
    [InlineData("1h30", "time: missing unit in duration \"1h30\"")]
    [InlineData("1y", "time: unknown unit \"y\" in duration \"1y\"")]
    [InlineData("1.2.3s", "time: invalid duration \"1.2.3s\"")]
    [InlineData(".s", "time: invalid duration \".s\"")]
    [InlineData("-", "time: invalid duration \"-\"")]
    [InlineData("1 s", "time: unknown unit \" s\" in duration \"1 s\"")]
    [InlineData("1d2h", "time: unknown unit \"d\" in duration \"1d2h\"")]
    [InlineData("1.5d", "time: unknown unit \"d\" in duration \"1.5d\"")]
    [InlineData("9223372037", "time: invalid duration \"9223372037\"")]
    [InlineData("99999999999999999999999999999999d", "time: invalid duration \"99999999999999999999999999999999d\"")]
    [InlineData("9999999999h9999999999h", "time: invalid duration \"9999999999h9999999999h\"")]
    [InlineData("ten", "time: invalid duration \"ten\"")]
    public void IsRefusedInGosWords(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Durations.Parse(text)).Message);

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1_800_000, "30m0s")]
    [InlineData(3_600_000, "1h0m0s")]
    [InlineData(90_000_000, "25h0m0s")]
    [InlineData(1_500, "1.5s")]
    [InlineData(100, "100ms")]
    [InlineData(61_001, "1m1.001s")]
    [InlineData(-30_000, "-30s")]
    public void IsPrintedAsGoDoes(long milliseconds, string text) =>
        Assert.Equal(text, Durations.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData(1, "100ns")]
    [InlineData(15, "1.5µs")]
    [InlineData(12_345, "1.2345ms")]
    public void ShortOnesHaveSmallUnits(long ticks, string text) => Assert.Equal(text, Durations.Format(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void PrintingAndReadingIsTheIdentity() =>
        Gen.OneOf(Gen.Long[-long.MaxValue / 100, long.MaxValue / 100], Gen.Long[-100_000, 100_000]).Sample(ticks =>
            Durations.Parse(Durations.Format(new TimeSpan(ticks))) == new TimeSpan(ticks));

    [Fact]
    public void TheExtremesDoNotOverflow() => Assert.Equal("-256204778h48m5.4775808s", Durations.Format(TimeSpan.MinValue));

    [Fact]
    public void AnyTextIsReadOrRefused() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.OneOf("0123456789.-+hmsnuµd ".ToCharArray()), 0, 80])
            .Sample(text => Durations.TryParse(text, out _, out string? problem) == (problem is null), iter: 20_000);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("33554432", 33_554_432)]
    [InlineData("32MiB", 33_554_432)]
    [InlineData("1 kb", 1000)]
    [InlineData("2GiB", 2L << 30)]
    public void SizesAreRead(string text, long bytes) => Assert.True(Scalars.TryParseByteSize(text, out long value) && value == bytes);

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1.5MiB")]
    [InlineData("MiB")]
    [InlineData("9223372036854775807KiB")]
    [InlineData("1 XB")]
    public void BadSizesAreRefused(string text) => Assert.False(Scalars.TryParseByteSize(text, out _));

    [Fact]
    public void BooleansAreReadInGosSpellings()
    {
        Assert.True(Scalars.TryParseBool("T", out bool yes) && yes);
        Assert.True(Scalars.TryParseBool("0", out bool no) && !no);
        Assert.False(Scalars.TryParseBool("yes", out _));
    }
}
