namespace Coffer.Server.Tests;

public sealed class CommandLines
{
    [Fact]
    public void SpellFlagsAsVaultDoes()
    {
        var line = CommandLine.Parse(["server", "-dev", "-dev-root-token-id=T", "--dev-listen-address", "127.0.0.1:8300"]);
        Assert.True(line.Dev);
        Assert.Equal(("T", "127.0.0.1:8300"), (line.DevRootTokenId, line.DevListenAddress!.ToString()));
        Assert.Equal(["a.hcl", "b"], CommandLine.Parse(["--config", "a.hcl", "-config=b"]).ConfigPaths);
        Assert.True(CommandLine.Parse(["--check", "--config=a"]).Check);
        Assert.True(CommandLine.Parse(["--version"]).Version);
        Assert.True(CommandLine.Parse(["-h"]).Help);
        Assert.Equal("/x", CommandLine.Parse(["--config=a", "--init-to=/x"]).InitTo);
    }

    [Theory]
    [InlineData("unknown flag --confg: did you mean --config?", "--confg=a")]
    [InlineData("unknown flag --zzz", "--zzz")]
    [InlineData("unexpected argument \"a.hcl\"", "a.hcl")]
    [InlineData("--config needs a value", "--config")]
    [InlineData("--config needs a value", "--config", "--check")]
    [InlineData("--dev is a switch and takes no value", "--dev=yes")]
    [InlineData("--dev keeps nothing and takes no --config: give one or the other", "--dev", "--config=a")]
    [InlineData("--dev-no-store-token needs --dev", "--config=a", "--dev-no-store-token")]
    [InlineData("a root token's id holds neither dots nor spaces", "--dev-root-token-id=a.b")]
    [InlineData("nothing to do: give --config FILE, or --dev to try it out")]
    public void SayWhatIsWrong(string problem, params string[] arguments) =>
        Assert.Equal(problem, Assert.Throws<FormatException>(() => CommandLine.Parse(arguments)).Message);
}
