using Coffer.Core.Leases;

namespace Coffer.Core.Tests.Leases;

public sealed class GrantedTimes
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private readonly List<string> warnings = [];

    [Fact]
    public void AreTheDefaultWhereNothingIsAsked() => Assert.Equal(Hours(1), Grant());

    [Fact]
    public void AreWhatIsAskedWithinTheMaximum() => Assert.Equal(Hours(5), Grant(asked: 5));

    [Fact]
    public void AreCutToTheMaximumWithAWarning()
    {
        Assert.Equal(Hours(10), Grant(asked: 20));
        Assert.Single(warnings);
    }

    [Fact]
    public void CountTheMaximumFromTheStart() => Assert.Equal(Hours(3), Grant(asked: 5, age: 7));

    [Fact]
    public void AreNothingBeyondTheMaximum() => Assert.Equal(TimeSpan.Zero, Grant(asked: 5, age: 11));

    [Fact]
    public void OfAPeriodAreThePeriodHoweverOldItIs() => Assert.Equal(Hours(2), Grant(asked: 9, period: 2, age: 500));

    [Fact]
    public void OfAPeriodStillEndAtTheExplicitMaximum() => Assert.Equal(Hours(1), Grant(period: 2, explicitMax: 12, age: 11));

    private TimeSpan Grant(int asked = 0, int period = 0, int explicitMax = 0, int age = 0) => LeaseTimes.Grant(
        Hours(asked), Hours(period), Hours(1), Hours(10), TimeSpan.Zero, Hours(explicitMax), Start, Start + Hours(age), warnings);

    private static TimeSpan Hours(int hours) => TimeSpan.FromHours(hours);
}
