using System.Text;
using Coffer.Core.Requests;

namespace Coffer.Modules.Tests.Requests;

public sealed class TheRoad
{
    [Theory]
    [InlineData("secret/x")]
    [InlineData("sys/mounts")]
    [InlineData("auth/token/lookup-self")]
    [InlineData("nowhere")]
    public async Task OfASealedServerEndsAtOnce(string path)
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        await vault.Vault.SealAsync();
        foreach (var operation in (Operation[])[Operation.Read, Operation.List, Operation.Update, Operation.Delete])
            Assert.Equal(503, (await vault.SendAsync(operation, path)).Status);
        await vault.UnsealAsync();
        Assert.Equal(200, (await vault.ReadAsync("auth/token/lookup-self")).Status);
    }

    [Fact]
    public async Task OfAHandlerThatConflictsForeverEndsWith503()
    {
        var lender = new Lender();
        await using var vault = await lender.WithLenderAsync();
        var nested = false;
        lender.Meanwhile = async () =>
        {
            if (nested) return;
            nested = true;
            Assert.Equal(204, (await vault.WriteAsync("lender/keep/x", """{"a":"other"}""")).Status);
            nested = false;
        };
        var reply = await vault.WriteAsync("lender/keep/x", """{"a":"mine"}""");
        Assert.Equal(503, reply.Status);
        lender.Meanwhile = null;
        Assert.Equal("other", (await vault.ReadAsync("lender/keep/x")).Json().Text("a"));
    }

    [Fact]
    public async Task LosesNoWriteAmongMany()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        Assert.Equal(204, (await vault.WriteAsync("sys/mounts/secret", """{"type":"kv","options":{"version":"2"}}""")).Status);
        var answers = await Steps.RaceAsync(32, i => vault.WriteAsync("secret/data/x", $$"""{"data":{"n":{{i}} } }"""));
        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(Enumerable.Range(1, 32), answers.Select(a => a.Json().GetProperty("version").GetInt32()).Order());
    }

    [Fact]
    public async Task WithACheckAndSetIsWonByOne()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        Assert.Equal(204, (await vault.WriteAsync("sys/mounts/secret", """{"type":"kv","options":{"version":"2"}}""")).Status);
        for (var version = 0; version < 5; version++)
        {
            var cas = version;
            var answers = await Steps.RaceAsync(16, i => vault.WriteAsync("secret/data/x", $$"""{"options":{"cas":{{cas}} },"data":{"n":{{i}} } }"""));
            Assert.Single(answers, a => a.Status == 200);
            Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal(400, a.Status));
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("\"hunter2\"")]
    public async Task WithABodyThatIsNoObjectIsRefused(string body)
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        var reply = await vault.SendAsync(Operation.Update, "auth/token/create", body);
        Assert.Equal(400, reply.Status);
    }

    [Fact]
    public async Task WithoutATokenTellsNothingOfWhatIsThere()
    {
        await using var vault = await TestVault.OpenAsync(engines: BuiltIn.Engines);
        await vault.MountAsync("secret", "kv");
        await vault.WriteAsync("secret/x", """{"a":"1"}""");
        var answers = new List<string>();
        foreach (var path in (string[])["secret/x", "secret/none", "none/x", "sys/mounts", "sys/none"])
        {
            var reply = await vault.ReadAsync(path, "hvs.none");
            answers.Add($"{reply.Status} {string.Join(';', reply.Errors)} {Encoding.UTF8.GetString(reply.Data.Span)}");
        }
        Assert.Single(answers.Distinct());
    }
}
