using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Policies;
using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Coffer.Core.Tokens;
using Coffer.Modules.Storage.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Barrier = Coffer.Core.Barrier;

namespace Coffer.Modules.Tests.Engines;

/// <summary>One engine on a real store: requests find their handler by its table and commit as the pipeline has them commit.</summary>
internal sealed class EngineBench : IAsyncDisposable
{
    private const int MaxAttempts = 1000;
    private readonly SqliteStorage storage;
    private readonly Barrier barrier;
    private readonly EntryStore store;
    private readonly IEngine engine;
    private readonly PathTable paths;

    private EngineBench(SqliteStorage storage, Barrier barrier, Mount mount, EngineType type, FakeTimeProvider clock)
    {
        (this.storage, this.barrier, Mount, Clock) = (storage, barrier, mount, clock);
        store = new EntryStore(storage, barrier);
        engine = type.Open(mount);
        paths = new PathTable(engine.Paths);
    }

    public FakeTimeProvider Clock { get; }

    public Mount Mount { get; }

    /// <summary>The caller's policies.</summary>
    public Acl Acl { get; set; } = Acl.Compile([PolicyDocument.Root]);

    public static async Task<EngineBench> OpenAsync(EngineType type, params (string Name, string Value)[] options)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var storage = await SqliteStorage.OpenAsync(null, new SqliteOptions { Time = clock });
        var barrier = new Barrier(storage, clock);
        var key = RandomNumberGenerator.GetBytes(Barrier.KeySize);
        await barrier.InitializeAsync(key);
        await barrier.UnsealAsync(key);
        var mount = new Mount
        {
            Path = "it/",
            Type = type.Name,
            Uuid = "0",
            Accessor = "it_0",
            Options = options.ToDictionary(o => o.Name, o => o.Value),
        };
        return new EngineBench(storage, barrier, mount, type, clock);
    }

    public Task<Reply> ReadAsync(string path, Token? token = null) => SendAsync(Operation.Read, path, token: token);

    public Task<Reply> WriteAsync(string path, string body, Token? token = null) => SendAsync(Operation.Update, path, body, token);

    public Task<Reply> PatchAsync(string path, string body, string type = "application/merge-patch+json") =>
        SendAsync(Operation.Patch, path, body, contentType: type);

    public Task<Reply> DeleteAsync(string path, Token? token = null) => SendAsync(Operation.Delete, path, token: token);

    public Task<Reply> ListAsync(string path, Token? token = null) => SendAsync(Operation.List, path, token: token);

    public async Task<Reply> SendAsync(
        Operation operation, string path, string body = "", Token? token = null, string contentType = "application/json")
    {
        var (route, query) = Split(operation, path);
        if (paths.Match(route) is not { } match) return Reply.NotFound();
        if (HandlerOf(match.Path, operation) is not { } handler) return Reply.Refuse(405, "unsupported operation");
        var request = new Request
        {
            Id = "r",
            Operation = operation,
            Path = Mount.Path + route,
            Body = Encoding.UTF8.GetBytes(body),
            Query = query,
            Header = name => name == "Content-Type" ? contentType : null,
        };
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var transaction = new Transaction(store, TestContext.Current.CancellationToken);
            using var fields = Fields.Parse(match.Path, match.Captures, request, out var refusal);
            if (fields is null) return Reply.BadRequest(refusal!);
            var reply = await handler(new Call
            {
                Request = request,
                Fields = fields,
                Mount = Mount,
                Store = Room(transaction),
                Transaction = transaction,
                Token = token,
                Acl = Acl,
                Clock = Clock,
            });
            if (reply.IsRefusal || (await transaction.CommitAsync()).Committed) return reply;
        }
        throw new InvalidOperationException("every attempt met a conflict");
    }

    /// <summary>Ends a lease as its expiry or revocation does.</summary>
    public async Task RevokeAsync(LeaseGrant grant)
    {
        var transaction = new Transaction(store);
        var kind = engine.Leases.Single(k => k.Name == grant.Kind);
        var reply = await kind.Revoke(new LeaseCall("it/x", grant.Internal, Room(transaction), TimeSpan.Zero, CancellationToken.None));
        Assert.False(reply.IsRefusal);
        Assert.True((await transaction.CommitAsync()).Committed);
    }

    /// <summary>Wakes the entries whose time has come; how many they were.</summary>
    public async Task<int> WakeAsync()
    {
        var claimed = await store.ClaimAsync(DueClass.Kv, 100, TimeSpan.FromMinutes(1));
        foreach (var entry in claimed)
        {
            var transaction = new Transaction(store);
            await engine.Due!(new DueCall(
                DueClass.Kv, entry.Key.Path[Mount.Room.Length..], entry.Value, Room(transaction), Clock.GetUtcNow(), CancellationToken.None));
            transaction.Require(entry.Key, entry.Version);
            Assert.True((await transaction.CommitAsync()).Committed);
        }
        return claimed.Count;
    }

    public async Task<long> CountEntriesAsync(string prefix) => await storage.CountAsync(NamespaceId.Root, Mount.Room + prefix);

    /// <summary>The decrypted bytes of every entry of the mount.</summary>
    public async Task<IReadOnlyList<Plain>> ScanAsync() => await store.ScanAsync(NamespaceId.Root, Mount.Room, null, 1000);

    public async ValueTask DisposeAsync()
    {
        barrier.Dispose();
        await storage.DisposeAsync();
    }

    private static Handler? HandlerOf(PathDescription path, Operation operation) => operation switch
    {
        Operation.Read => path.Read,
        Operation.List => path.List,
        Operation.Patch => path.Patch,
        Operation.Delete => path.Delete,
        _ => path.Write,
    };

    private EntryView Room(Transaction transaction) => new(transaction, NamespaceId.Root, Mount.Room);

    private static (string Path, List<KeyValuePair<string, string>> Query) Split(Operation operation, string path)
    {
        var at = path.IndexOf('?', StringComparison.Ordinal);
        var route = at < 0 ? path : path[..at];
        if (operation == Operation.List && route.Length > 0 && !route.EndsWith('/')) route += "/";
        return (route, at < 0 ? [] : [.. path[(at + 1)..].Split('&').Select(p => p.Split('=')).Select(p => KeyValuePair.Create(p[0], p[1]))]);
    }
}

internal static class Replies
{
    public static string Text(this Reply reply) => Encoding.UTF8.GetString(reply.Data.Span);

    public static JsonElement Json(this Reply reply) => JsonElement.Parse(reply.Data.Span);

    public static string[] Keys(this Reply reply) =>
        reply.Status == 404 ? [] : [.. reply.Json().GetProperty("keys").EnumerateArray().Select(k => k.GetString()!)];
}
