using Coffer.Core.Requests;

namespace Coffer.Core.Tests.Requests;

public sealed class APathTable
{
    private static readonly PathTable Table = new(
    [
        Path("config"), Path("roles"), Path("roles/{name}"), Path("mounts/{path*}/tune"), Path("mounts/{path*}"), Path("data/{path*}"),
        Path("{any*}"),
    ]);

    [Theory]
    [InlineData("config", "config")]
    [InlineData("roles/app", "roles/{name}", "name", "app")]
    [InlineData("mounts/a/b/tune", "mounts/{path*}/tune", "path", "a/b")]
    [InlineData("mounts/a/b", "mounts/{path*}", "path", "a/b")]
    [InlineData("mounts/tune", "mounts/{path*}", "path", "tune")]
    [InlineData("data", "data/{path*}", "path", "")]
    [InlineData("data/a/b/", "data/{path*}", "path", "a/b/")]
    [InlineData("roles/a/b", "{any*}", "any", "roles/a/b")]
    [InlineData("", "{any*}", "any", "")]
    [InlineData("Config", "{any*}", "any", "Config")]
    public void TakesTheFirstThatFits(string path, string pattern, string? name = null, string? text = null)
    {
        var match = Table.Match(path);
        Assert.Equal(pattern, match!.Path.Pattern);
        if (name is not null) Assert.Equal([new(name, text!)], match.Captures);
    }

    [Fact]
    public void FitsATrailingSlashOnlyWhereThePathCanBeListed()
    {
        Assert.Null(new PathTable([Path("lookup-self")]).Match("lookup-self/"));
        Assert.NotNull(new PathTable([new("roles") { Summary = "", List = _ => default }]).Match("roles/"));
    }

    private static PathDescription Path(string pattern) => new(pattern) { Summary = "", Read = _ => default };
}
