namespace Coffer.Server.Tests;

public sealed class HardenedProcess
{
    [Fact]
    public void WritesNoCoreDumpAndIsNotTraced()
    {
        var gaps = Hardening.Apply(disableMlock: true);
        Assert.DoesNotContain(gaps, gap => gap.Contains("core dump", StringComparison.Ordinal) || gap.Contains("other processes", StringComparison.Ordinal));
        var core = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max core file size", StringComparison.Ordinal));
        Assert.Equal(["0", "0"], core["Max core file size".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]);
    }

    [Fact]
    public void SaysWhatItCouldNotDo() =>
        Assert.Equal(Environment.UserName == "root", Hardening.Apply(disableMlock: true).Any(gap => gap.Contains("runs as root", StringComparison.Ordinal)));
}
