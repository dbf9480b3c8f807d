using System.Text.Json;

namespace Coffer.Client;

/// <summary>What kv version 2 records about one version of a secret.</summary>
public sealed class KvVersion
{
    internal KvVersion(JsonElement metadata)
    {
        Version = (int)Secret.Number(metadata, "version");
        CreatedTime = Secret.Text(metadata, "created_time");
        DeletionTime = Secret.Text(metadata, "deletion_time");
        Destroyed = Secret.Flag(metadata, "destroyed");
        var custom = new Dictionary<string, string>(StringComparer.Ordinal);
        if (metadata.TryGetProperty("custom_metadata", out JsonElement fields) && fields.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty field in fields.EnumerateObject())
                custom[field.Name] = Secret.AsText(field.Value);
        CustomMetadata = custom;
    }

    /// <summary>The version, from 1.</summary>
    public int Version { get; }

    /// <summary>When it was written, RFC 3339.</summary>
    public string CreatedTime { get; }

    /// <summary>When it was or will be deleted, RFC 3339; empty for never.</summary>
    public string DeletionTime { get; }

    /// <summary>Whether its data is gone for good.</summary>
    public bool Destroyed { get; }

    /// <summary>What its owners noted about the secret.</summary>
    public IReadOnlyDictionary<string, string> CustomMetadata { get; }
}
