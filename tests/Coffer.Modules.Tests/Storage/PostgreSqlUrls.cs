using Coffer.Modules.Storage.PostgreSql;
using Npgsql;

namespace Coffer.Modules.Tests.Storage;

public sealed class PostgreSqlUrls
{
    [Fact]
    public void GiveEveryPart()
    {
        var parsed = ConnectionUrl.Parse("postgres://us%40er:p%3Ass@db.example:6543/vault%20db?sslmode=verify-full&connect_timeout=9");
        Assert.Equal(
            ("db.example", 6543, "us@er", "p:ss", "vault db", SslMode.VerifyFull, 9),
            (parsed.Host, parsed.Port, parsed.Username, parsed.Password, parsed.Database, parsed.SslMode, parsed.Timeout));
        Assert.Equal((5, "coffer"), (ConnectionUrl.Parse("postgresql://h/d").Timeout, ConnectionUrl.Parse("postgresql://h/d").ApplicationName));
        Assert.Equal("::1", ConnectionUrl.Parse("postgres://[::1]:5432/d").Host);
        Assert.Equal(("h", 7), (ConnectionUrl.Parse("Host=h;Timeout=7").Host, ConnectionUrl.Parse("Host=h;Timeout=7").Timeout));
    }

    [Theory]
    [InlineData("postgres://u:secretword@h/d?colour=blue", "colour")]
    [InlineData("postgres://u:secretword@h/d?sslmode=maybe", "sslmode")]
    [InlineData("mysql://u:secretword@h/d", "connection_url")]
    public void SayWhatIsWrongButNotThePassword(string url, string named)
    {
        var error = Assert.Throws<ArgumentException>(() => ConnectionUrl.Parse(url));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secretword", error.ToString(), StringComparison.Ordinal);
    }
}
