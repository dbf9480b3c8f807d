using System.Text.Json;
using Coffer.Core.Policies;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Identity;

/// <summary>Who stands behind a token, across auth mounts.</summary>
public sealed record Entity
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public IReadOnlyList<EntityAlias> Aliases { get; init; } = [];

    public DateTimeOffset Created { get; init; }

    /// <summary>The identity as policy templates see it.</summary>
    public TemplateIdentity ForTemplates() => new(
        Id, Name, Metadata ?? Empty,
        [.. Aliases.Select(a => new TemplateAlias(a.MountAccessor, a.Id, a.Name, a.Metadata ?? Empty, Empty))], []);

    private static readonly IReadOnlyDictionary<string, string> Empty = new Dictionary<string, string>();
}

/// <summary>An entity's name at one auth mount.</summary>
public sealed record EntityAlias(
    string Id, string MountAccessor, string Name, IReadOnlyDictionary<string, string>? Metadata = null);

/// <summary>Finds and makes entities by the alias under which they log in.</summary>
public sealed class EntityStore(EntryStore store, TimeProvider clock)
{
    public const string Prefix = "identity/";

    public async ValueTask<Entity?> FindAsync(NamespaceId space, string id, CancellationToken cancel) =>
        await store.GetAsync(EntityKey(space, id), cancel) is { } entry ? Parse(entry.Value) : null;

    /// <summary>The entity that has this alias; made with it in the caller's transaction if there is none.</summary>
    public async ValueTask<Entity> ByAliasAsync(Transaction transaction, NamespaceId space, string mountAccessor, string alias)
    {
        var pointer = new EntryKey(space, $"{Prefix}alias/{mountAccessor}/{alias}");
        if (await transaction.GetAsync(pointer) is { } known)
        {
            var id = System.Text.Encoding.UTF8.GetString(known.Value);
            if (await transaction.GetAsync(EntityKey(space, id)) is { } entry) return Parse(entry.Value);
        }
        var entity = new Entity
        {
            Id = Ids.Uuid(),
            Name = $"entity_{Ids.Hex(4)}",
            Aliases = [new EntityAlias(Ids.Uuid(), mountAccessor, alias)],
            Created = clock.GetUtcNow(),
        };
        transaction.Put(EntityKey(space, entity.Id), JsonSerializer.SerializeToUtf8Bytes(entity, StoredJson.Default.Entity));
        transaction.Put(pointer, System.Text.Encoding.UTF8.GetBytes(entity.Id));
        return entity;
    }

    private static EntryKey EntityKey(NamespaceId space, string id) => new(space, $"{Prefix}entity/{id}");

    private static Entity Parse(byte[] json) => JsonSerializer.Deserialize(json, StoredJson.Default.Entity)!;
}
