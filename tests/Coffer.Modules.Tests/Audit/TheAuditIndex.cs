using System.Text.Json;
using Coffer.Modules.Engines.Kv;

namespace Coffer.Modules.Tests.Audit;

public sealed class TheAuditIndex
{
    [Fact]
    public async Task SaysWhoReadWhichVersionWhenAndFromWhere()
    {
        await using var vault = await TestVault.OpenAsync(engines: [KvTypes.Kv]);
        await vault.WriteAsync("sys/mounts/team", """{"type":"kv","options":{"version":"2"}}""");
        for (var i = 0; i < 3; i++) await vault.WriteAsync("team/data/app", $$$"""{"data":{"password":"hunter{{{i}}}"}}""");
        var token = await vault.TokenAsync("path \"team/*\" { capabilities = [\"read\"] }");
        await vault.ReadAsync("team/data/app?version=2", token);
        await vault.WriteAsync("team/data/app", """{"data":{}}""", token);

        var events = (await vault.QueryAsync("path=team/data/app", 3)).GetProperty("events").EnumerateArray().ToArray();
        var read = Assert.Single(events, e => e.Text("operation") == "read");
        Assert.Equal(2, read.GetProperty("version").GetInt64());
        Assert.Equal("127.0.0.1", read.Text("client"));
        Assert.Equal("allow", read.Text("decision"));
        Assert.Equal("team/*", read.Text("rule"));
        Assert.Equal("team/", read.Text("mount"));
        Assert.Equal("token", read.GetProperty("actor").Text("display_name"));
        Assert.StartsWith("request-", read.Text("request_id"), StringComparison.Ordinal);
        Assert.Equal(1, read.GetProperty("count").GetInt64());
        Assert.Single(events, e => e.Text("operation") == "update" && e.Text("decision") == "deny");
        Assert.Equal([1, 2, 3], events.Where(e => e.Text("decision") == "allow" && e.Text("operation") != "read").Select(e => e.GetProperty("version").GetInt64()).Order());
        Assert.DoesNotContain("hunter", JsonSerializer.Serialize(events), StringComparison.Ordinal);

        var accessor = (await vault.ReadAsync("auth/token/lookup-self", token)).Json().Text("accessor")!;
        foreach (var same in new[] { accessor, vault.Hashed(accessor) })
            Assert.Equal(3, (await vault.QueryAsync($"accessor={same}", 3)).GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task GoesBackInPagesAndTime()
    {
        await using var vault = await TestVault.OpenAsync();
        await vault.MountAsync("e", "echo");
        for (var i = 0; i < 25; i++) await vault.ReadAsync($"e/{i}");
        await vault.QueryAsync("path=e/*", 25);
        var (seen, after) = (new List<string>(), "");
        do
        {
            var page = (await vault.ReadAsync($"coffer/audit/query?path=e/*&limit=10{after}")).Json();
            seen.AddRange(page.GetProperty("events").EnumerateArray().Select(e => e.Text("path")!));
            after = page.TryGetProperty("after", out var more) ? "&after=" + more.GetString() : null;
        }
        while (after is not null);
        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"e/{i}"), seen);
        Assert.Equal(25, (await vault.QueryAsync("path=e/*&since=1h", 0)).GetProperty("events").GetArrayLength());
        Assert.Empty((await vault.QueryAsync("path=e/*&until=1h", 0)).GetProperty("events").EnumerateArray());
        Assert.Empty((await vault.QueryAsync("path=e/*&operation=list", 0)).GetProperty("events").EnumerateArray());
        Assert.Equal(400, (await vault.ReadAsync("coffer/audit/query?since=yesterday")).Status);
    }

    [Fact]
    public async Task GoesOnAfterARestartWithoutRepeatingARow()
    {
        await using var vault = await TestVault.OpenAsync();
        await vault.MountAsync("e", "echo");
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 10; i++) await vault.ReadAsync($"e/{round}-{i}");
            if (round == 1) await vault.QueryAsync("path=e/*", 20);
            await vault.Vault.SealAsync();
            await vault.UnsealAsync();
        }
        var rows = (await vault.QueryAsync("path=e/*&limit=1000", 30)).GetProperty("events").EnumerateArray().ToArray();
        Assert.Equal(30, rows.Length);
        Assert.All(rows, row => Assert.Equal(1, row.GetProperty("count").GetInt64()));
    }

    [Fact]
    public async Task JoinsEqualRequestsInOneRow()
    {
        await using var vault = await TestVault.OpenAsync();
        await vault.MountAsync("e", "echo");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => vault.ReadAsync("e/same")));
        for (var i = 0; i < 200; i++)
        {
            var rows = (await vault.QueryAsync("path=e/same", 1)).GetProperty("events").EnumerateArray().ToArray();
            if (rows.Sum(row => row.GetProperty("count").GetInt64()) == 200)
            {
                Assert.InRange(rows.Length, 1, 50);
                return;
            }
            await Task.Delay(50);
        }
        Assert.Fail("The index has not caught up.");
    }

    [Fact]
    public async Task TailsTheLogAndSignsIt()
    {
        await using var vault = await TestVault.OpenAsync();
        await vault.MountAsync("e", "echo");
        for (var i = 0; i < 10; i++) await vault.ReadAsync($"e/{i}");
        var tail = (await vault.ReadAsync("coffer/audit/events?limit=3")).Json();
        Assert.Equal(["e/7", "e/8", "e/9"], tail.GetProperty("events").EnumerateArray().Select(e => e.Text("path")));
        await vault.ReadAsync("e/10");
        tail = (await vault.ReadAsync($"coffer/audit/events?after={tail.Text("after")}")).Json();
        Assert.Equal(["coffer/audit/events", "e/10"], tail.GetProperty("events").EnumerateArray().Select(e => e.Text("path")));
        Assert.False(vault.AuditOf("coffer/audit/events")[0].TryGetProperty("response", out _));
        var none = (await vault.ReadAsync("coffer/audit/events?after=1000000")).Json();
        Assert.Empty(none.GetProperty("events").EnumerateArray());
        Assert.Equal("1000000", none.Text("after"));

        var signed = (await vault.ReadAsync("coffer/audit/checkpoint")).Json();
        var own = Assert.Single(signed.GetProperty("checkpoints").EnumerateArray());
        var key = Coffer.Formats.Transparency.NoteVerifier.Parse(own.Text("key")!);
        var checkpoint = Coffer.Formats.Transparency.Checkpoint.Open(own.Text("note")!, key)!;
        Assert.Equal(signed.Text("origin"), checkpoint.Origin);
        Assert.Equal(own.GetProperty("size").GetInt64(), checkpoint.Size);
        Assert.True(checkpoint.Size > 12);
    }

    [Fact]
    public async Task ReportsALogThatHasVanished()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var vault = await TestVault.OpenAsync(clock);
        await vault.ReadAsync("sys/mounts");
        await vault.QueryAsync("path=sys/mounts", 1);
        await vault.Vault.SealAsync();
        Directory.Delete(vault.Folder.File("audit"), recursive: true);
        clock.Advance(TimeSpan.FromMinutes(11));
        await vault.UnsealAsync();
        JsonElement[] nodes = [];
        for (var i = 0; i < 100 && nodes.Length < 2; i++)
        {
            nodes = [.. (await vault.ReadAsync("coffer/audit/nodes")).Json().GetProperty("nodes").EnumerateArray()];
            await Task.Delay(50);
        }
        Assert.Equal(2, nodes.Length);
        Assert.False(Assert.Single(nodes, n => n.GetProperty("self").GetBoolean()).GetProperty("vanished").GetBoolean());
        var lost = Assert.Single(nodes, n => !n.GetProperty("self").GetBoolean());
        Assert.True(lost.GetProperty("vanished").GetBoolean());
        Assert.True(lost.GetProperty("checkpoint_size").GetInt64() > 0);
    }
}
