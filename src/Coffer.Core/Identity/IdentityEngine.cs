using System.Text.Json;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Formats;

namespace Coffer.Core.Identity;

/// <summary>The engine at <c>identity/</c>: entities as their owners may read them.</summary>
internal sealed class IdentityEngine(MountTable mounts) : IEngine
{
    public const string Type = "identity";

    public IReadOnlyList<PathDescription> Paths =>
    [
        new("entity/id/{id}")
        {
            Summary = "Shows an entity.",
            Read = async call => Show(await EntityStore.ReadAsync(call.Transaction, call.Request.Namespace, call.Fields.Path("id"))),
        },
        new("entity/name/{name*}")
        {
            Summary = "Shows the entity of a name.",
            Read = async call => Show(await EntityStore.ReadByNameAsync(call.Transaction, call.Request.Namespace, call.Fields.Path("name"))),
        },
    ];

    private Reply Show(Entity? entity)
    {
        if (entity is null) return Reply.NotFound();
        return Reply.Json(w =>
        {
            w.WriteStartArray("aliases"u8);
            foreach (var alias in entity.Aliases) Write(w, entity, alias);
            w.WriteEndArray();
            w.WriteString("creation_time"u8, Timestamps.Format(entity.Created));
            Empty(w, "direct_group_ids");
            w.WriteBoolean("disabled"u8, false);
            Empty(w, "group_ids");
            w.WriteString("id"u8, entity.Id);
            Empty(w, "inherited_group_ids");
            w.WriteString("last_update_time"u8, Timestamps.Format(entity.Created));
            w.WriteNull("merged_entity_ids"u8);
            Map(w, entity.Metadata);
            w.WriteString("name"u8, entity.Name);
            w.WriteString("namespace_id"u8, "root");
            Empty(w, "policies");
        });
    }

    private void Write(Utf8JsonWriter w, Entity entity, EntityAlias alias)
    {
        var mount = mounts.ByAccessor(alias.MountAccessor)?.Mount;
        w.WriteStartObject();
        w.WriteString("canonical_id"u8, entity.Id);
        w.WriteString("creation_time"u8, Timestamps.Format(entity.Created));
        w.WriteString("id"u8, alias.Id);
        w.WriteString("last_update_time"u8, Timestamps.Format(entity.Created));
        w.WriteBoolean("local"u8, mount?.Local ?? false);
        w.WriteNull("merged_from_canonical_ids"u8);
        Map(w, alias.Metadata);
        w.WriteString("mount_accessor"u8, alias.MountAccessor);
        w.WriteString("mount_path"u8, mount?.Path ?? "");
        w.WriteString("mount_type"u8, mount?.Type ?? "");
        w.WriteString("name"u8, alias.Name);
        w.WriteEndObject();
    }

    private static void Map(Utf8JsonWriter w, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null)
        {
            w.WriteNull("metadata"u8);
            return;
        }
        w.WriteStartObject("metadata"u8);
        foreach (var (name, value) in metadata) w.WriteString(name, value);
        w.WriteEndObject();
    }

    private static void Empty(Utf8JsonWriter w, string name)
    {
        w.WriteStartArray(name);
        w.WriteEndArray();
    }
}
