using System.Text.Json;
using System.Text.Json.Serialization;
using Coffer.Core.Storage;

namespace Coffer.Core.Seals;

/// <summary>
/// The entry that can be read while sealed, in the clear: how the root key is kept. <see cref="Shares"/> and <see cref="Threshold"/>
/// are of the unseal key, or of the recovery key (0 where there is none) where the seal is unattended. Nothing in it is trusted before
/// <see cref="Wrapped"/> has been opened.
/// </summary>
internal sealed record SealConfig(string Type, int Shares, int Threshold, byte[] Wrapped)
{
    public const int Newest = 1;

    public static readonly EntryKey Key = new(NamespaceId.Root, "core/seal");

    /// <summary>The form of this entry.</summary>
    public int Format { get; init; } = Newest;

    [JsonIgnore]
    public long Version { get; init; }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, SealJson.Default.SealConfig);

    public static SealConfig Read(Entry entry)
    {
        try
        {
            var config = JsonSerializer.Deserialize(entry.Value.Span, SealJson.Default.SealConfig);
            if (config is { Format: Newest, Type: not null, Wrapped: not null, Shares: >= 0 and <= Shamir.MostShares, Threshold: >= 0 }
                && config.Threshold <= config.Shares)
                return config with { Version = entry.Version };
        }
        catch (JsonException)
        {
            // Falls through to the same refusal: the entry's content does not belong in a message.
        }

        throw new CorruptEntryException(entry.Key);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SealConfig))]
internal sealed partial class SealJson : JsonSerializerContext;
