namespace Coffer.Core.Policies;

/// <summary>Who asks, for filling in templates: an entity, its aliases and the groups it belongs to.</summary>
public sealed record TemplateIdentity(
    string EntityId,
    string EntityName,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<TemplateAlias> Aliases,
    IReadOnlyList<TemplateGroup> Groups);

/// <summary>An entity's name at one auth mount.</summary>
public sealed record TemplateAlias(
    string MountAccessor,
    string Id,
    string Name,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyDictionary<string, string> CustomMetadata);

/// <summary>A group that the entity belongs to.</summary>
public sealed record TemplateGroup(string Id, string Name, IReadOnlyDictionary<string, string> Metadata);
