using System.Net;
using System.Text;
using System.Text.Json;
using Coffer.Core;
using Coffer.Core.Audit;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Core.Seals;
using Coffer.Core.Storage;
using Coffer.Modules.AuditSinks;
using Coffer.Modules.Seals.Shamir;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Modules.Tests;

/// <summary>A whole vault in this process, unsealed, over SQLite in memory unless it is given another storage. The root token is <c>root</c>.</summary>
internal sealed class TestVault : IAsyncDisposable
{
    public const string Root = "root";
    private int requests;

    private TestVault(IStorage storage, string unsealKey, Vault vault, TempDirectory folder) =>
        (Storage, UnsealKey, Vault, Folder) = (storage, unsealKey, vault, folder);

    /// <summary>Of this vault alone: its audit log, and the only place where audit devices may make files.</summary>
    public TempDirectory Folder { get; }

    public IStorage Storage { get; }

    public Vault Vault { get; }

    /// <summary>What its keyring is opened with: another node of the same vault takes it.</summary>
    public string UnsealKey { get; }

    /// <param name="clock">The time; the system's if nothing is named.</param>
    /// <param name="engines">What can be mounted; everything built in, and <see cref="EchoEngine"/>, if nothing is named.</param>
    /// <param name="storage">Closed with the vault.</param>
    /// <param name="unsealKey">Of the vault that is in the storage already; null makes one.</param>
    /// <param name="under">Where its folder is made.</param>
    /// <param name="sinks">Makes the sinks of audit devices; those that are built in if null.</param>
    public static async Task<TestVault> OpenAsync(
        TimeProvider? clock = null, IReadOnlyList<EngineType>? engines = null, IStorage? storage = null, string? unsealKey = null,
        string? under = null, AuditSinkFactory? sinks = null)
    {
        clock ??= TimeProvider.System;
        storage ??= await SqliteStorage.OpenAsync(null, new SqliteOptions { Time = clock });
        var folder = new TempDirectory(under);
        var options = new VaultOptions
        {
            Engines = engines ?? [.. BuiltIn.Engines, EchoEngine.Type],
            Seals = [new ShamirSeal()],
            Audit = new AuditLogOptions { Directory = folder.File("audit"), Durability = AuditDurability.Write },
            AuditSinks = sinks ?? (device => AuditSinkTypes.Create(device.Type, device.Options, device.Salt, new AuditSinkEnvironment([folder.Path]))),
        };
        var vault = new Vault(storage, options, clock, NullLogger.Instance);
        var key = unsealKey;
        if (key is null)
        {
            var made = await vault.Keys.InitializeAsync(new InitShares(1, 1, 0, 0), async cancel => await vault.FillAsync(Root, cancel));
            key = Convert.ToHexString(made.Value!.Secret[0]);
        }
        var opened = new TestVault(storage, key, vault, folder);
        await opened.UnsealAsync();
        return opened;
    }

    /// <summary>One more node of this vault, over another connection to the same storage.</summary>
    public Task<TestVault> JoinAsync(IStorage storage, IReadOnlyList<EngineType>? engines = null) =>
        OpenAsync(engines: engines, storage: storage, unsealKey: UnsealKey);

    public Task<Reply> ReadAsync(string path, string? token = Root) => SendAsync(Operation.Read, path, token: token);

    public Task<Reply> ListAsync(string path, string? token = Root) => SendAsync(Operation.List, path.TrimEnd('/') + "/", token: token);

    public Task<Reply> WriteAsync(string path, string body = "", string? token = Root) => SendAsync(Operation.Update, path, body, token);

    public Task<Reply> DeleteAsync(string path, string? token = Root) => SendAsync(Operation.Delete, path, token: token);

    public Task<Reply> UploadAsync(string path, byte[] content, string? token = Root) =>
        SendAsync(Operation.Update, path, token: token, upload: new MemoryStream(content));

    /// <summary>What a raw reply streams.</summary>
    public async Task<byte[]> DownloadAsync(string path, string? token = Root)
    {
        var reply = await ReadAsync(path, token);
        Assert.Equal(200, reply.Status);
        using var content = new MemoryStream();
        await reply.Raw!.Write!(content, CancellationToken.None);
        return content.ToArray();
    }

    /// <param name="path">Below <c>/v1/</c>; what follows a <c>?</c> is the query.</param>
    public async Task<Reply> SendAsync(
        Operation operation, string path, string body = "", string? token = Root, IPAddress? client = null, bool openMetrics = false,
        Stream? upload = null, TimeSpan? wrap = null, NamespaceId space = default, params (string Name, string Value)[] headers)
    {
        var parts = path.Split('?', 2);
        var request = new Request
        {
            Namespace = space,
            WrapTtl = wrap,
            Id = $"request-{Interlocked.Increment(ref requests)}",
            Operation = operation,
            Path = parts[0],
            Query = parts.Length == 1 ? [] : [.. parts[1].Split('&').Select(p => p.Split('=', 2)).Select(p => KeyValuePair.Create(p[0], p[1]))],
            Body = Encoding.UTF8.GetBytes(body),
            Token = token,
            Client = client ?? IPAddress.Loopback,
            OpenMetrics = openMetrics,
            Upload = upload,
            Header = name => headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value,
        };
        return await Vault.Pipeline.HandleAsync(request, CancellationToken.None);
    }

    /// <summary>A token with a policy of this text, and nothing else but the default policy.</summary>
    public async Task<string> TokenAsync(string policy)
    {
        var name = $"p{Interlocked.Increment(ref requests)}";
        Assert.Equal(204, (await WriteAsync($"sys/policies/acl/{name}", JsonSerializer.Serialize(new { policy }))).Status);
        var reply = await WriteAsync("auth/token/create", $$"""{"policies":["{{name}}"]}""");
        return reply.AuthBlock!.ClientToken;
    }

    public async Task MountAsync(string path, string type) =>
        Assert.Equal(204, (await WriteAsync($"sys/mounts/{path}", $$"""{"type":"{{type}}"}""")).Status);

    public async Task UnsealAsync(string? key = null)
    {
        var (status, refusal) = await Vault.Keys.SubmitShareAsync(key ?? UnsealKey);
        Assert.True(status is { Sealed: false }, refusal);
    }

    public async ValueTask DisposeAsync()
    {
        await Vault.DisposeAsync();
        await Storage.DisposeAsync();
        Folder.Dispose();
    }
}

internal static class ReplyData
{
    /// <summary>The data of a reply that went well.</summary>
    public static JsonElement Json(this Reply reply)
    {
        Assert.True(!reply.IsRefusal, $"{reply.Status} {string.Join("; ", reply.Errors)}");
        return JsonElement.Parse(reply.Data.Span);
    }

    public static string[] Strings(this JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetString()!)];

    public static string? Text(this JsonElement json, string name) => json.GetProperty(name).GetString();
}
