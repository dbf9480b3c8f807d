using System.Text.Json;
using Coffer.Core.Audit;

namespace Coffer.Modules.Tests.AuditSinks;

public sealed class TheFileSink : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("coffer-sink-").FullName;

    private string Path => System.IO.Path.Combine(directory, "audit.log");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task WritesVaultsLines()
    {
        var (sink, _) = SinkFixture.Create("file", directory, ("file_path", Path));
        await using (sink)
        {
            await SinkFixture.SendAsync(sink, SinkFixture.Event());
            var lines = await File.ReadAllLinesAsync(Path);
            Assert.Equal(2, lines.Length);
            using var request = JsonDocument.Parse(lines[0]);
            using var response = JsonDocument.Parse(lines[1]);
            Assert.Equal("request", request.RootElement.GetProperty("type").GetString());
            Assert.Equal("response", response.RootElement.GetProperty("type").GetString());
            var asked = response.RootElement.GetProperty("request");
            Assert.Equal(sink.Hash("hunter2"), asked.GetProperty("data").GetProperty("password").GetString());
            Assert.Equal(1, asked.GetProperty("data").GetProperty("n").GetInt32());
            Assert.Equal(sink.Hash("hvs.secret"), asked.GetProperty("client_token").GetString());
            Assert.Equal("root", asked.GetProperty("namespace").GetProperty("id").GetString());
            Assert.Equal(sink.Hash("acc"), request.RootElement.GetProperty("auth").GetProperty("accessor").GetString());
            Assert.Equal(sink.Hash("a"), response.RootElement.GetProperty("response").GetProperty("data").GetProperty("keys")[0].GetString());
            Assert.DoesNotContain("hunter2", string.Concat(lines), StringComparison.Ordinal);
            Assert.DoesNotContain("hvs.secret", string.Concat(lines), StringComparison.Ordinal); // CVE-2024-8365
        }
        if (OperatingSystem.IsLinux())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task ElidesListsWhenTold()
    {
        var (sink, _) = SinkFixture.Create(
            "file", directory, ("file_path", Path), ("elide_list_responses", "true"), ("hmac_accessor", "false"), ("prefix", "@cee: "));
        await using (sink)
        {
            var audited = SinkFixture.Event();
            var list = new Coffer.Core.Audit.AuditEvent
            {
                Time = audited.Time,
                Phase = Coffer.Core.Audit.AuditPhase.Response,
                RequestId = "r",
                Path = "secret/metadata/",
                Operation = "list",
                Auth = audited.Auth,
                ResponseData = "{\"keys\":[\"a\",\"b\",\"c\"],\"key_info\":{\"a\":{\"x\":[1]},\"b\":{}},\"other\":[\"z\"]}"u8.ToArray(),
            };
            await SinkFixture.SendAsync(sink, list);
        }
        var line = await File.ReadAllTextAsync(Path);
        Assert.StartsWith("@cee: {\"time\":", line, StringComparison.Ordinal);
        Assert.Contains("\"keys\":3,\"key_info\":2,\"other\":[\"hmac", line, StringComparison.Ordinal);
        Assert.Contains("\"accessor\":\"acc\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GoesOnInANewFileAfterRotation()
    {
        var (sink, _) = SinkFixture.Create("file", directory, ("file_path", Path));
        await using (sink)
        {
            await SinkFixture.SendAsync(sink, SinkFixture.Event());
            File.Move(Path, Path + ".1");
            await SinkFixture.SendAsync(sink, SinkFixture.Event());
            await sink.ReopenAsync(CancellationToken.None);
            await SinkFixture.SendAsync(sink, SinkFixture.Event());
        }
        Assert.Equal(4, (await File.ReadAllLinesAsync(Path + ".1")).Length);
        Assert.Equal(2, (await File.ReadAllLinesAsync(Path)).Length);
    }

    [Fact]
    public void NeverFollowsALink()
    {
        var target = System.IO.Path.Combine(directory, "target");
        File.CreateSymbolicLink(Path, target);
        Assert.Equal("file_path", Refused(("file_path", Path)));
        Assert.False(File.Exists(target));

        var elsewhere = Directory.CreateTempSubdirectory("coffer-elsewhere-").FullName;
        Directory.CreateSymbolicLink(System.IO.Path.Combine(directory, "sub"), elsewhere);
        Assert.Equal("file_path", Refused(("file_path", directory + "/sub/audit.log")));
        Assert.Empty(Directory.GetFiles(elsewhere));
        Directory.Delete(elsewhere);
    }

    [Theory] // CVE-2025-6000
    [InlineData("/etc/cron.d/audit")]
    [InlineData("{0}/../audit.log")]
    [InlineData("{0}x/audit.log")]
    [InlineData("{0}")]
    [InlineData("{0}/")]
    [InlineData("{0}//audit.log")]
    [InlineData("audit.log")]
    [InlineData("stdout")]
    public void WritesOnlyBelowItsDirectories(string path) =>
        Assert.Equal("file_path", Refused(("file_path", path.Replace("{0}", directory, StringComparison.Ordinal))));

    [Fact]
    public void NamesTheWrongOption()
    {
        Assert.Equal("file_path", Refused());
        Assert.Equal("mode", Refused(("file_path", Path), ("mode", "0644")));
        Assert.Equal("log_raw", Refused(("file_path", Path), ("log_raw", "true")));
        Assert.Equal("format", Refused(("file_path", Path), ("format", "jsonx")));
        Assert.Equal("hmac_accessor", Refused(("file_path", Path), ("hmac_accessor", "maybe")));
        Assert.Equal("queue_size", Refused(("file_path", Path), ("queue_size", "0")));
        Assert.Equal("filter", Refused(("file_path", Path), ("filter", "mount_type == kv")));
        Assert.Equal("file_path is required", Assert.Throws<AuditOptionException>(() => SinkFixture.Create("file", directory)).Message);
        Assert.Equal("unknown backend type: \"pigeon\"", Assert.Throws<AuditOptionException>(() => SinkFixture.Create("pigeon", directory)).Message);
    }

    private string Refused(params (string, string)[] options) =>
        Assert.Throws<AuditOptionException>(() => SinkFixture.Create("file", directory, options)).Option;
}
