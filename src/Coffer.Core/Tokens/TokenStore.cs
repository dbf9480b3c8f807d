using System.Net;
using System.Text;
using System.Text.Json;
using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Tokens;

/// <summary>Makes, finds, renews and ends tokens. A token's secret is never stored: its keyed hash is its name.</summary>
public sealed class TokenStore(EntryStore store, SystemTtls ttls, TimeProvider clock) : IChangeListener
{
    public const string ServicePrefix = "hvs.";

    /// <summary>How many characters the secret of a service token has; a one-time pad for it has as many.</summary>
    public const int SecretLength = 4 + SecretLetters;

    private const int SecretLetters = 32;
    public const string BatchPrefix = "hvb.";
    public const string WrappingPolicy = "response-wrapping";

    private readonly EpochCache<(NamespaceId, string), Token> cache = new(65_536, static (_, _) => 1);

    public BatchTokens Batch { get; } = new(store.Barrier);

    /// <summary>The name under which the token with this secret is stored.</summary>
    public string IdOf(string secret) => Convert.ToHexStringLower(store.Barrier.Hash(Encoding.UTF8.GetBytes(secret)));

    /// <summary>The token with this secret if it may be used now; null if there is none, it has expired or is being revoked.</summary>
    public async ValueTask<Token?> FindAsync(NamespaceId space, string secret, CancellationToken cancel)
    {
        if (secret.StartsWith(BatchPrefix, StringComparison.Ordinal)) return await FindBatchAsync(space, secret, cancel);
        var token = await LoadAsync(space, IdOf(secret), cancel);
        return IsLive(token) ? token : null;
    }

    /// <summary>The stored token by its id, whatever its state.</summary>
    public async ValueTask<Token?> LoadAsync(NamespaceId space, string id, CancellationToken cancel)
    {
        if (cache.TryGet((space, id), out var token)) return token;
        var epoch = cache.Epoch;
        var entry = await store.GetAsync(TokenKeys.Token(space, id), cancel);
        if (entry is null) return null;
        token = Parse(entry.Value);
        cache.Add((space, id), token, epoch);
        return token;
    }

    public bool IsLive(Token? token) =>
        token is { Revoking: false, NumUses: >= 0 } && (token.Expires is not { } end || end > clock.GetUtcNow());

    /// <summary>The stored token as a transaction sees it: what depends on it conflicts if it changes.</summary>
    public static async ValueTask<Token?> ReadAsync(Transaction transaction, NamespaceId space, string id) =>
        await transaction.GetAsync(TokenKeys.Token(space, id)) is { } entry ? Parse(entry.Value) : null;

    public async ValueTask<Token?> ReadByAccessorAsync(Transaction transaction, NamespaceId space, string accessor)
    {
        var pointer = await transaction.GetAsync(TokenKeys.Accessor(space, IdOf(accessor)));
        if (pointer is null) return null;
        var token = await ReadAsync(transaction, space, Encoding.UTF8.GetString(pointer.Value));
        return IsLive(token) ? token : null;
    }

    /// <summary>The accessors of live tokens, in no particular order, up to <paramref name="limit"/>.</summary>
    public async ValueTask<IReadOnlyList<string>> AccessorsAsync(Transaction transaction, NamespaceId space, int limit)
    {
        const int page = 1000;
        var accessors = new List<string>();
        string? after = null;
        while (accessors.Count < limit && await transaction.ScanAsync(space, TokenKeys.TokenPrefix, after, page) is { Count: > 0 } entries)
        {
            accessors.AddRange(entries.Select(e => Parse(e.Value)).Where(IsLive).Select(t => t.Accessor));
            after = entries[^1].Key.Path;
        }
        return accessors;
    }

    public static void Write(Transaction transaction, Token token)
    {
        Due? due = token.Expires is { } end ? new Due(DueClass.Token, end) : null;
        if (token.Revoking) due = new Due(DueClass.Token, DateTimeOffset.UnixEpoch);
        transaction.Put(
            TokenKeys.Token(token.Namespace, token.Id), JsonSerializer.SerializeToUtf8Bytes(token, StoredJson.Default.Token), due);
    }

    /// <summary>
    /// Makes a token of what a grant asks for, in the caller's transaction. The parent's entry is read in it, so that a parent which is
    /// revoked meanwhile makes the commit conflict.
    /// </summary>
    public async ValueTask<AuthBlock> CreateAsync(
        Transaction transaction, TokenGrant grant, Token? parent, string path, Mount mount, string? secret, List<string> warnings)
    {
        var now = clock.GetUtcNow();
        var policies = PolicyNames(grant.Policies, grant.NoDefaultPolicy);
        var root = policies.Contains("root");
        var forever = root && grant.Ttl == TimeSpan.Zero && grant.Period == TimeSpan.Zero && grant.ExplicitMaxTtl == TimeSpan.Zero
            && grant.RoleMaxTtl == TimeSpan.Zero
            && parent?.Expires is null;
        var ttl = forever ? TimeSpan.Zero : LeaseTimes.Grant(
            grant.Ttl, grant.Period, ttls.DefaultOf(mount), ttls.MaxOf(mount), grant.MaxTtl,
            LeaseTimes.Shorter(grant.ExplicitMaxTtl, grant.RoleMaxTtl), now, now, warnings);
        var batch = grant.Type == TokenType.Batch;
        if (!batch) secret ??= ServicePrefix + Ids.Base62Name(SecretLetters);
        var token = new Token
        {
            Id = batch ? "" : IdOf(secret!),
            Accessor = batch ? "" : Ids.Base62Name(),
            Type = grant.Type,
            Policies = policies,
            Parent = parent?.Id ?? "",
            Path = path,
            DisplayName = grant.DisplayName,
            Metadata = grant.Metadata is { Count: > 0 } ? grant.Metadata : null,
            EntityId = grant.EntityId,
            NumUses = grant.NumUses,
            Created = now,
            CreationTtl = ttl,
            Expires = forever ? null : now + ttl,
            ExplicitMaxTtl = grant.ExplicitMaxTtl,
            RoleMaxTtl = grant.RoleMaxTtl,
            Period = grant.Period,
            Renewable = !forever && !batch && grant.Renewable,
            BoundCidrs = grant.BoundCidrs,
            Role = grant.Role,
            Internal = grant.Internal,
        };
        if (parent is { Type: TokenType.Service }) await RequireLiveAsync(transaction, parent);
        if (batch) secret = Batch.Seal(token);
        else await AddAsync(transaction, token);
        return Describe(token, secret!, token.CreationTtl);
    }

    /// <summary>Makes the token that holds a wrapped reply.</summary>
    public async ValueTask<(Token Token, string Secret)> CreateWrappingAsync(
        Transaction transaction, NamespaceId space, string path, TimeSpan ttl, string wrappedAccessor)
    {
        var now = clock.GetUtcNow();
        var secret = ServicePrefix + Ids.Base62Name(32);
        var token = new Token
        {
            Namespace = space,
            Id = IdOf(secret),
            Accessor = Ids.Base62Name(),
            Policies = [WrappingPolicy],
            Path = path,
            WrappedPath = path,
            WrappedAccessor = wrappedAccessor,
            NumUses = 1,
            Created = now,
            CreationTtl = ttl,
            ExplicitMaxTtl = ttl,
            Expires = now + ttl,
        };
        await AddAsync(transaction, token);
        return (token, secret);
    }

    /// <summary>Prolongs a token in the caller's transaction; the reply's <c>auth</c>.</summary>
    public AuthBlock Renew(Transaction transaction, Token token, Mount? mount, TimeSpan increment, string secret, List<string> warnings)
    {
        var now = clock.GetUtcNow();
        var mountMax = mount is null ? ttls.Max : ttls.MaxOf(mount);
        var mountDefault = mount is null ? ttls.Default : ttls.DefaultOf(mount);
        var ttl = LeaseTimes.Grant(
            increment, token.Period, increment > TimeSpan.Zero ? mountDefault : token.CreationTtl, mountMax, TimeSpan.Zero,
            token.HardMaxTtl, token.Created, now, warnings);
        var renewed = token with { Expires = now + ttl, LastRenewal = now };
        Write(transaction, renewed);
        return Describe(renewed, secret, ttl);
    }

    /// <summary>
    /// Takes one use of a limited token, durably, before the request runs; null if it was used up meanwhile. -1 uses are left in a token
    /// whose last use this is: it is refused from now on, and ended after the request.
    /// </summary>
    public async ValueTask<Token?> UseAsync(Token token, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var transaction = new Transaction(store, cancel);
            var current = await ReadAsync(transaction, token.Namespace, token.Id);
            if (!IsLive(current) || current!.NumUses == 0) return null;
            var used = current with { NumUses = current.NumUses == 1 ? -1 : current.NumUses - 1 };
            Write(transaction, used);
            if ((await transaction.CommitAsync()).Committed) return used;
        }
        throw new StorageUnavailableException("the token is used by too many requests at once");
    }

    public static AuthBlock Describe(Token token, string secret, TimeSpan ttl) => new()
    {
        ClientToken = secret,
        Accessor = token.Accessor,
        Policies = token.Policies,
        TokenPolicies = token.Policies,
        Metadata = token.Metadata,
        LeaseDuration = ttl,
        Renewable = token.Renewable,
        EntityId = token.EntityId,
        TokenType = token.Type,
        Orphan = token.IsOrphan,
        NumUses = token.NumUses > 0 ? token.NumUses : 0,
    };

    /// <summary>Sorted, lower case, each once, with <c>default</c> unless it is not wanted. <c>root</c> stands alone.</summary>
    public static IReadOnlyList<string> PolicyNames(IEnumerable<string> names, bool noDefault)
    {
        var sorted = new SortedSet<string>(names.Select(n => n.Trim().ToLowerInvariant()).Where(n => n.Length > 0), StringComparer.Ordinal);
        if (sorted.Contains("root")) return ["root"];
        if (!noDefault) sorted.Add("default");
        return [.. sorted];
    }

    public static bool IsFrom(Token token, IPAddress? client) =>
        token.BoundCidrs.Count == 0 || (token.IsRoot && token.Expires is null) || (client is not null && Cidrs.Contains(token.BoundCidrs, client));

    public ValueTask ChangedAsync(IReadOnlyCollection<EntryKey> keys)
    {
        foreach (var key in keys)
        {
            if (key.Path.StartsWith(TokenKeys.TokenPrefix, StringComparison.Ordinal))
                cache.Remove((key.Namespace, key.Path[TokenKeys.TokenPrefix.Length..]));
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask ResetAsync()
    {
        cache.Clear();
        return ValueTask.CompletedTask;
    }

    internal static Token Parse(byte[] json) => JsonSerializer.Deserialize(json, StoredJson.Default.Token)!;

    private async ValueTask AddAsync(Transaction transaction, Token token)
    {
        if (await ReadAsync(transaction, token.Namespace, token.Id) is not null) throw new DuplicateTokenException();
        Write(transaction, token);
        transaction.Put(TokenKeys.Accessor(token.Namespace, IdOf(token.Accessor)), Encoding.UTF8.GetBytes(token.Id));
        if (token.Parent.Length > 0) transaction.Put(TokenKeys.Child(token.Namespace, token.Parent, token.Id), []);
        transaction.Put(TokenKeys.ByPath(token.Namespace, token.Path, token.Id), []);
        transaction.Counts(store.Metrics.TokensCreated);
    }

    private async ValueTask RequireLiveAsync(Transaction transaction, Token parent)
    {
        var current = await ReadAsync(transaction, parent.Namespace, parent.Id);
        if (current is null || current.Revoking) throw new TokenRevokedException();
    }

    private async ValueTask<Token?> FindBatchAsync(NamespaceId space, string secret, CancellationToken cancel)
    {
        if (Batch.Open(secret) is not { } token || token.Namespace != space || !IsLive(token)) return null;
        // A batch token dies with its parent; a service token must still be there and live.
        return token.Parent.Length == 0 || IsLive(await LoadAsync(space, token.Parent, cancel)) ? token : null;
    }
}

/// <summary>A token with this custom id exists already.</summary>
public sealed class DuplicateTokenException() : Exception("cannot create a token with a duplicate ID");

/// <summary>The parent was revoked while its child was being made.</summary>
public sealed class TokenRevokedException() : Exception("permission denied");
