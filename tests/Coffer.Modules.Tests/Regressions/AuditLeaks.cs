using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Modules.Tests.Audit;

namespace Coffer.Modules.Tests.Regressions;

/// <summary>Others' ways to leak through the audit trail, to write where they should not, or to leave something out of it.</summary>
public sealed class AuditLeaks
{
    private const string Secret = "correct horse \"battery\" staple";

    [Fact]
    public async Task Cve20248365TokensAreHashed()
    {
        await using var vault = await TestVault.OpenAsync();
        var made = (await vault.WriteAsync("auth/token/create", """{"id":"my-own-token","policies":["default"]}""")).AuthBlock!;
        var random = (await vault.WriteAsync("auth/token/create", "{}")).AuthBlock!;
        await vault.ReadAsync("auth/token/lookup-self", random.ClientToken);
        await vault.WriteAsync("auth/token/lookup", $$"""{"token":"{{random.ClientToken}}"}""");
        await vault.ReadAsync("sys/mounts", "a-token-that-is-none");
        var text = vault.AuditText();
        foreach (var token in new[] { made.ClientToken, random.ClientToken, "a-token-that-is-none" })
        {
            Assert.DoesNotContain(token, text, StringComparison.Ordinal);
            Assert.Contains(vault.Hashed(token), text, StringComparison.Ordinal);
        }
        foreach (var accessor in new[] { made.Accessor, random.Accessor })
            Assert.DoesNotContain(accessor, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"password\":\"s3cr3t-value\"")]
    [InlineData("s3cr3t-value")]
    [InlineData("[\"s3cr3t-value\"]")]
    [InlineData("{\"a\":\"x\"}{\"b\":\"s3cr3t-value\"}")]
    [InlineData("{\"a\":\"s3cr3t-value\\uD800\"}")]
    public async Task Cve202562513And62705RawBodiesAreHashed(string body)
    {
        await using var vault = await TestVault.OpenAsync();
        await vault.MountAsync("e", "echo");
        await vault.WriteAsync("sys/audit/file", $$$"""{"type":"file","options":{"file_path":"{{{vault.Folder.File("sink.log")}}}"}}""");
        await vault.WriteAsync("e/raw", body);
        Assert.DoesNotContain("s3cr3t", vault.AuditText(), StringComparison.Ordinal);
        Assert.Contains("hmac-sha256:", vault.AuditOf("e/raw")[^1].GetProperty("request").GetRawText(), StringComparison.Ordinal);
        await vault.Vault.SealAsync();
        var sink = await File.ReadAllTextAsync(vault.Folder.File("sink.log"));
        Assert.Contains("e/raw", sink, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", sink, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cve20256000AuditFilesAreNeitherElsewhereNorPrograms()
    {
        await using var vault = await TestVault.OpenAsync();
        var outside = Path.Combine(Path.GetTempPath(), "coffer-cve-2025-6000.so");
        File.CreateSymbolicLink(vault.Folder.File("link.log"), outside);
        Directory.CreateSymbolicLink(vault.Folder.File("out"), Path.GetTempPath());
        foreach (var (path, mode) in new[]
                 {
                     (outside, "0600"), ($"{vault.Folder.Path}/../coffer-cve-2025-6000.so", "0600"), (vault.Folder.File("run.log"), "0755"),
                     (vault.Folder.File("link.log"), "0600"), (vault.Folder.File("out") + "/coffer-cve-2025-6000.so", "0600"),
                 })
        {
            var options = JsonSerializer.Serialize(new { type = "file", options = new { file_path = path, mode, prefix = "#!/bin/sh\n" } });
            Assert.Equal(400, (await vault.WriteAsync("sys/audit/evil", options)).Status);
        }
        Assert.False(File.Exists(outside));
        Assert.False(File.Exists(vault.Folder.File("run.log")));
        Assert.Equal("{}", (await vault.ReadAsync("sys/audit")).Json().GetRawText());
    }

    [Fact]
    public async Task Cve20254166RefusalsDoNotRepeatWhatWasSent()
    {
        await using var vault = await TestVault.OpenAsync(engines: [EchoEngine.Type, QuotingEngine.Type]);
        await vault.MountAsync("q", "quoting");
        var body = JsonSerializer.Serialize(new { value = Secret });
        Assert.Contains("horse", (await vault.WriteAsync("q/plain", body)).Errors[0], StringComparison.Ordinal);
        await vault.WriteAsync("q/quoted", body);
        await vault.ReadAsync("q/plain?value=hunter2-in-a-query");
        var text = vault.AuditText();
        Assert.DoesNotContain("horse", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Equal("can't parse [cut]", vault.AuditOf("q/plain")[0].Text("error"));
        Assert.Contains(vault.Hashed(Secret), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cve202646358ConfiguredHeadersAreNeverLeftOut()
    {
        await using var vault = await TestVault.OpenAsync();
        await vault.MountAsync("e", "echo");
        foreach (var (name, hmac) in new[] { ("X-Plain", "false"), ("x-secret", "true"), ("X-Empty", "false"), ("X-Vault-Token", "false"), ("X-Absent", "false") })
            Assert.Equal(204, (await vault.WriteAsync($"sys/config/auditing/request-headers/{name}", $$"""{"hmac":{{hmac}}}""")).Status);
        (string, string)[] headers = [("x-plain", "seen"), ("X-SECRET", "unseen"), ("X-Empty", ""), ("X-Vault-Token", "root"), ("X-Other", "other")];
        await vault.SendAsync(Operation.Read, "e/small", headers: headers);
        var huge = "{\"data\":\"" + new string('x', 200_000) + "\"}";
        await vault.SendAsync(Operation.Update, "e/huge", huge, headers: headers);
        await vault.SendAsync(Operation.Read, "e/" + new string('p', 70_000), headers: headers);
        await vault.SendAsync(Operation.Read, "none/at/all", token: null, headers: headers);

        var recorded = vault.AuditText().Split('\n').Select(line => JsonElement.Parse(line)).Where(e => e.TryGetProperty("headers", out _)).ToArray();
        Assert.Equal(4, recorded.Length);
        foreach (var found in recorded.Select(e => e.GetProperty("headers")))
        {
            Assert.Equal(["x-empty", "x-plain", "x-secret", "x-vault-token"], found.EnumerateObject().Select(h => h.Name).Order());
            Assert.Equal(vault.Hashed("unseen"), found.GetProperty("x-secret")[0].GetString());
            Assert.Equal(vault.Hashed("root"), found.GetProperty("x-vault-token")[0].GetString());
        }
        Assert.Equal("seen", recorded[0].GetProperty("headers").GetProperty("x-plain")[0].GetString());
        Assert.DoesNotContain("unseen", vault.AuditText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task QueriesAndUploadsAreRecorded()
    {
        await using var vault = await TestVault.OpenAsync(engines: [EchoEngine.Type, QuotingEngine.Type]);
        await vault.MountAsync("e", "echo");
        await vault.MountAsync("q", "quoting");
        await vault.ReadAsync("e/thing?after=some-name");
        Assert.Equal(vault.Hashed("some-name"), vault.AuditOf("e/thing")[0].GetProperty("request").Text("after"));
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        using var upload = new MemoryStream(bytes);
        var request = new Request
        {
            Id = "u",
            Operation = Operation.Update,
            Path = "q/upload",
            Token = TestVault.Root,
            Client = IPAddress.Loopback,
            Upload = upload,
        };
        Assert.Equal(204, (await vault.Vault.Pipeline.HandleAsync(request, CancellationToken.None)).Status);
        var recorded = vault.AuditOf("q/upload")[^1].GetProperty("upload");
        Assert.Equal(bytes.Length, recorded.GetProperty("bytes").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), recorded.Text("sha256"));
    }

    /// <summary>An engine that repeats in its errors what it was sent.</summary>
    private sealed class QuotingEngine : IEngine
    {
        public static readonly EngineType Type = new("quoting", MountKind.Secret, "Repeats in its errors what it was sent.", _ => new QuotingEngine());

        public IReadOnlyList<PathDescription> Paths =>
        [
            new("upload") { Summary = "Reads an upload.", TakesUpload = true, Write = UploadAsync },
            new("plain") { Summary = "Refuses.", Fields = [Field.String("value", "Any.")], Read = Refuse, Write = Refuse },
            new("quoted")
            {
                Summary = "Refuses with JSON.",
                Fields = [Field.String("value", "Any.")],
                Write = call => ValueTask.FromResult(Reply.BadRequest($"invalid: {call.Fields.Body.GetRawText()}")),
            },
        ];

        private static ValueTask<Reply> Refuse(Call call) => ValueTask.FromResult(Reply.BadRequest($"can't parse {call.Fields.String("value")}"));

        private static async ValueTask<Reply> UploadAsync(Call call)
        {
            await call.Request.Upload!.CopyToAsync(Stream.Null, call.Cancel);
            return Reply.Empty();
        }
    }
}
