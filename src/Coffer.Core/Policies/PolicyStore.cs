using System.Collections.Concurrent;
using System.Text;
using Coffer.Core.Identity;
using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Coffer.Core.Tokens;

namespace Coffer.Core.Policies;

/// <summary>Policies as texts in the store, and the compiled form for each set of them that a token has.</summary>
public sealed class PolicyStore(EntryStore store, EntityStore entities) : IChangeListener
{
    private const string Prefix = "core/policy/";
    private const string WrappingText = """
        path "cubbyhole/response" { capabilities = ["create", "read"] }
        path "sys/wrapping/unwrap" { capabilities = ["update"] }
        """;

    private const int MaxSets = 10_000;

    // Replaced as a whole when any policy changes: a set compiled before can then not come back.
    private volatile ConcurrentDictionary<PolicySet, Acl> sets = new();

    public static EntryKey KeyOf(NamespaceId space, string name) => new(space, Prefix + name);

    /// <summary>The text as it was written; the built-in texts of <c>root</c> and, until it is changed, <c>default</c>.</summary>
    public async ValueTask<string?> ReadAsync(NamespaceId space, string name, CancellationToken cancel)
    {
        if (name == PolicyNames.Root) return BuiltInPolicies.RootText;
        if (name == TokenStore.WrappingPolicy) return WrappingText;
        var entry = await store.GetAsync(KeyOf(space, name), cancel);
        return entry is not null ? Encoding.UTF8.GetString(entry.Value) : name == PolicyNames.Default ? BuiltInPolicies.DefaultText : null;
    }

    /// <summary>All names in order, with <c>default</c> and <c>root</c> among them.</summary>
    public async ValueTask<IReadOnlyList<string>> ListAsync(NamespaceId space, string? after, int limit, CancellationToken cancel)
    {
        var stored = await store.ListAsync(space, Prefix, null, int.MaxValue, cancel);
        return [.. new SortedSet<string>([.. stored, PolicyNames.Default, PolicyNames.Root], StringComparer.Ordinal)
            .Where(n => after is null || string.CompareOrdinal(n, after) > 0).Take(limit)];
    }

    public async ValueTask<bool> ExistsAsync(NamespaceId space, string name, CancellationToken cancel) =>
        name is PolicyNames.Root or PolicyNames.Default || await store.GetAsync(KeyOf(space, name), cancel) is not null;

    public static void Write(Transaction transaction, NamespaceId space, string name, string text)
    {
        transaction.Put(KeyOf(space, name), Encoding.UTF8.GetBytes(text));
        transaction.Everywhere = true;
    }

    public static void Delete(Transaction transaction, NamespaceId space, string name)
    {
        transaction.Delete(KeyOf(space, name));
        transaction.Everywhere = true;
    }

    /// <summary>The compiled policies of a token, with those that its entity has.</summary>
    public async ValueTask<Acl> AclOfAsync(Token token, CancellationToken cancel)
    {
        var set = new PolicySet(token.Namespace, token.Policies, token.EntityId);
        var now = sets;
        if (now.TryGetValue(set, out var acl)) return acl;
        var entity = token.EntityId.Length == 0 ? null : await entities.FindAsync(token.Namespace, token.EntityId, cancel);
        var documents = new List<PolicyDocument>();
        foreach (var name in token.Policies)
        {
            if (await ParseAsync(token.Namespace, name, cancel) is { } document) documents.Add(document);
        }
        acl = Acl.Compile(documents, entity?.ForTemplates());
        if (now.Count >= MaxSets) now.Clear();
        now[set] = acl;
        return acl;
    }

    public ValueTask ChangedAsync(IReadOnlyCollection<EntryKey> keys)
    {
        foreach (var key in keys)
        {
            if (!key.Path.StartsWith(Prefix, StringComparison.Ordinal) && !key.Path.StartsWith(EntityStore.Prefix, StringComparison.Ordinal))
                continue;
            sets = new();
            break;
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask ResetAsync()
    {
        sets = new();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<PolicyDocument?> ParseAsync(NamespaceId space, string name, CancellationToken cancel)
    {
        if (name == PolicyNames.Root) return PolicyDocument.Root;
        return await ReadAsync(space, name, cancel) is { } text ? PolicyDocument.Parse(name, text) : null;
    }

    /// <summary>A structured key: sets of different namespaces or spellings never meet (CVE-2026-105820).</summary>
    private readonly struct PolicySet(NamespaceId space, IReadOnlyList<string> names, string entity) : IEquatable<PolicySet>
    {
        private readonly NamespaceId space = space;
        private readonly IReadOnlyList<string> names = names;
        private readonly string entity = entity;

        public bool Equals(PolicySet other) =>
            space == other.space && entity == other.entity && (ReferenceEquals(names, other.names) || names.SequenceEqual(other.names));

        public override bool Equals(object? obj) => obj is PolicySet other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(space);
            foreach (var name in names) hash.Add(name);
            hash.Add(entity);
            return hash.ToHashCode();
        }
    }
}
