using System.Text;
using Coffer.Core.Requests;
using Coffer.Modules.Engines.Ssh;

namespace Coffer.Modules.Tests.Engines;

public sealed class SshPasswords : IAsyncLifetime
{
    private const string Role =
        """{"key_type":"otp","default_user":"ubuntu","allowed_users":"admin,deploy","cidr_list":"10.0.0.0/8,192.168.1.77/24,fd00::/8","exclude_cidr_list":"10.9.0.0/16","port":2222}""";

    private EngineBench bench = null!;

    public async ValueTask InitializeAsync()
    {
        bench = await EngineBench.OpenAsync(SshEngine.Type);
        await bench.WriteAsync("roles/otp", Role);
    }

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task AreGoodOnce()
    {
        var made = await bench.WriteAsync("creds/otp", """{"ip":"10.1.2.3"}""");
        var data = made.Json();
        Assert.Equal("ubuntu", data.GetProperty("username").GetString());
        Assert.Equal(2222, data.GetProperty("port").GetInt32());
        Assert.Equal("otp", data.GetProperty("key_type").GetString());
        Assert.False(made.Lease!.Renewable);
        var otp = data.GetProperty("key").GetString()!;
        Assert.Equal("""{"ip":"10.1.2.3","role_name":"otp","username":"ubuntu"}""", (await VerifyAsync(otp)).Text());
        Assert.Equal("OTP not found", Assert.Single((await VerifyAsync(otp)).Errors));
    }

    [Fact]
    public async Task AreGoodOnceForAllWhoTryAtOnce()
    {
        for (var round = 0; round < 8; round++)
        {
            var otp = await MakeAsync("""{"ip":"10.1.2.3"}""");
            var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => VerifyAsync(otp))));
            Assert.Single(replies, r => r.Status == 200);
        }
    }

    [Fact]
    public async Task EndWithTheirLease()
    {
        var made = await bench.WriteAsync("creds/otp", """{"ip":"192.168.1.7","username":"deploy"}""");
        await bench.RevokeAsync(made.Lease!);
        Assert.Equal(400, (await VerifyAsync(made.Json().GetProperty("key").GetString()!)).Status);
        await bench.RevokeAsync(made.Lease!);
    }

    [Fact]
    public async Task AreNowhereInTheStore()
    {
        var made = await bench.WriteAsync("creds/otp", """{"ip":"10.1.2.3"}""");
        var otp = made.Json().GetProperty("key").GetString()!;
        Assert.DoesNotContain(otp, Encoding.UTF8.GetString(made.Lease!.Internal.Span), StringComparison.Ordinal);
        Assert.All(await bench.ScanAsync(), entry =>
        {
            Assert.DoesNotContain(otp, entry.Key.Path, StringComparison.Ordinal);
            Assert.DoesNotContain(otp, Encoding.Latin1.GetString(entry.Value), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("""{"ip":"10.1.2.3","username":"root"}""")]
    [InlineData("""{"ip":"10.9.1.1"}""")]
    [InlineData("""{"ip":"::ffff:10.9.1.1"}""")]
    [InlineData("""{"ip":"172.16.0.1"}""")]
    [InlineData("""{"ip":"host.example"}""")]
    [InlineData("""{"ip":"10.1"}""")]
    [InlineData("""{"ip":""}""")]
    [InlineData("{}")]
    public async Task AreNotMadeBeyondTheRole(string body) => Assert.Equal(400, (await bench.WriteAsync("creds/otp", body)).Status);

    [Theory]
    [InlineData("192.168.1.200")]
    [InlineData("fd00::1")]
    [InlineData("::ffff:10.1.1.1")]
    public async Task AreMadeWithinTheRole(string ip) =>
        Assert.Equal(200, (await bench.WriteAsync("creds/otp", $$"""{"ip":"{{ip}}"}""")).Status);

    [Fact]
    public async Task NeedARole() => Assert.Equal(400, (await bench.WriteAsync("creds/none", """{"ip":"10.1.2.3"}""")).Status);

    [Fact]
    public async Task TellTheHelperThatItReachesTheMount() =>
        Assert.Equal("""{"message":"verify-echo-response"}""", (await VerifyAsync("verify-echo-request")).Text());

    [Theory]
    [InlineData("""{"default_user":"x"}""")]
    [InlineData("""{"key_type":"otp","cidr_list":"10.0.0.0/8"}""")]
    [InlineData("""{"key_type":"otp","default_user":"x","cidr_list":"10.0.0.0"}""")]
    [InlineData("""{"key_type":"otp","default_user":"x","exclude_cidr_list":"10.0.0.0/33"}""")]
    [InlineData("""{"key_type":"otp","default_user":"x","port":70000}""")]
    [InlineData("""{"key_type":"ca"}""")]
    [InlineData("""{"key_type":"dynamic"}""")]
    public async Task RolesMustBeWhole(string role) => Assert.Equal(400, (await bench.WriteAsync("roles/bad", role)).Status);

    [Fact]
    public async Task RolesAreShownAsGiven()
    {
        Assert.Equal(
            """{"allowed_users":"admin,deploy","cidr_list":"10.0.0.0/8,192.168.1.77/24,fd00::/8","default_user":"ubuntu","exclude_cidr_list":"10.9.0.0/16","key_type":"otp","port":2222}""",
            (await bench.ReadAsync("roles/otp")).Text());
        Assert.Equal("""{"key_info":{"otp":{"key_type":"otp"}},"keys":["otp"]}""", (await bench.ListAsync("roles")).Text());
    }

    [Fact]
    public async Task RolesForAnyAddressLoseThatWithTheirEnd()
    {
        Assert.Equal(404, (await bench.ReadAsync("config/zeroaddress")).Status);
        Assert.Equal(400, (await bench.WriteAsync("config/zeroaddress", """{"roles":"none"}""")).Status);
        await bench.WriteAsync("config/zeroaddress", """{"roles":"otp"}""");
        Assert.Equal("""{"roles":["otp"]}""", (await bench.ReadAsync("config/zeroaddress")).Text());
        Assert.Equal(200, (await bench.WriteAsync("creds/otp", """{"ip":"172.16.0.1"}""")).Status);
        await bench.DeleteAsync("roles/otp");
        await bench.WriteAsync("roles/otp", Role);
        Assert.Equal(400, (await bench.WriteAsync("creds/otp", """{"ip":"172.16.0.1"}""")).Status);
    }

    [Fact]
    public async Task LookupNamesTheRolesForAnAddress()
    {
        Assert.Equal("""{"roles":["otp"]}""", (await bench.WriteAsync("lookup", """{"ip":"10.1.2.3"}""")).Text());
        Assert.Equal("""{"roles":null}""", (await bench.WriteAsync("lookup", """{"ip":"172.16.0.1"}""")).Text());
        Assert.Equal(400, (await bench.WriteAsync("lookup", """{"ip":"nowhere"}""")).Status);
    }

    private async Task<string> MakeAsync(string body) => (await bench.WriteAsync("creds/otp", body)).Json().GetProperty("key").GetString()!;

    private Task<Reply> VerifyAsync(string otp) => bench.WriteAsync("verify", $$"""{"otp":"{{otp}}"}""");
}
