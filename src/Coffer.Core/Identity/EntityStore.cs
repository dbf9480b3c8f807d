using System.Text;
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
    public const string EntityPrefix = Prefix + "entity/";

    public async ValueTask<Entity?> FindAsync(NamespaceId space, string id, CancellationToken cancel) =>
        await store.GetAsync(EntityKey(space, id), cancel) is { } entry ? Parse(entry.Value) : null;

    /// <summary>The entity of this id as a transaction sees it; null if there is none.</summary>
    public static async ValueTask<Entity?> ReadAsync(Transaction transaction, NamespaceId space, string id) =>
        await transaction.GetAsync(EntityKey(space, id)) is { } entry ? Parse(entry.Value) : null;

    /// <summary>The entity of this name, whatever its case; null if there is none.</summary>
    public static async ValueTask<Entity?> ReadByNameAsync(Transaction transaction, NamespaceId space, string name) =>
        await transaction.GetAsync(NameKey(space, name)) is { } pointer ? await ReadAsync(transaction, space, Text(pointer.Value)) : null;

    /// <summary>The entity that has this alias; made with it in the caller's transaction if there is none.</summary>
    public async ValueTask<Entity> ByAliasAsync(Transaction transaction, NamespaceId space, string mountAccessor, string alias)
    {
        var pointer = new EntryKey(space, $"{Prefix}alias/{mountAccessor}/{alias}");
        if (await transaction.GetAsync(pointer) is { } known)
        {
            if (await ReadAsync(transaction, space, Text(known.Value)) is { } found) return found;
        }
        var name = $"entity_{Ids.Hex(4)}";
        while (await transaction.GetAsync(NameKey(space, name)) is not null) name = $"entity_{Ids.Hex(4)}";
        var entity = new Entity
        {
            Id = Ids.Uuid(),
            Name = name,
            Aliases = [new EntityAlias(Ids.Uuid(), mountAccessor, alias)],
            Created = clock.GetUtcNow(),
        };
        transaction.Put(EntityKey(space, entity.Id), JsonSerializer.SerializeToUtf8Bytes(entity, StoredJson.Default.Entity));
        transaction.Put(pointer, Encoding.UTF8.GetBytes(entity.Id));
        transaction.Put(NameKey(space, name), Encoding.UTF8.GetBytes(entity.Id));
        return entity;
    }

    private static EntryKey EntityKey(NamespaceId space, string id) => new(space, EntityPrefix + id);

    private static EntryKey NameKey(NamespaceId space, string name) => new(space, $"{Prefix}name/{name.ToLowerInvariant()}");

    private static string Text(byte[] value) => Encoding.UTF8.GetString(value);

    private static Entity Parse(byte[] json) => JsonSerializer.Deserialize(json, StoredJson.Default.Entity)!;
}
