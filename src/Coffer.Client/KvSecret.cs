using System.Text.Json;

namespace Coffer.Client;

/// <summary>A kv secret at one version.</summary>
public sealed class KvSecret
{
    internal KvSecret(KvPath path, JsonElement? data, KvVersion? version, Secret reply)
    {
        Path = path;
        Data = data;
        Version = version;
        Reply = reply;
    }

    /// <summary>Where it is.</summary>
    public KvPath Path { get; }

    /// <summary>The fields; null when this version is deleted or destroyed.</summary>
    public JsonElement? Data { get; }

    /// <summary>What is known about the version; null in a version 1 mount.</summary>
    public KvVersion? Version { get; }

    /// <summary>The server's whole reply.</summary>
    public Secret Reply { get; }

    /// <summary>One field as text: strings as they are, anything else as JSON; null when it is absent.</summary>
    public string? this[string field] =>
        Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty(field, out JsonElement value) ? Secret.AsText(value) : null;

    /// <summary>The path and version only: never a value.</summary>
    public override string ToString() => $"KvSecret {{ Path = {Path}, Version = {Version?.Version} }}";
}
