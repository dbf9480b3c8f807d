using System.Text.Json.Serialization;

namespace Coffer.Formats.Snapshots;

/// <summary>What a snapshot says of itself before its entries; in the clear, and vouched for by its seal.</summary>
/// <param name="Product">The version of Coffer that wrote it.</param>
/// <param name="ClusterId">Of the keyring that can open its entries, the same after every rotation and rekey.</param>
/// <param name="ClusterName">As the operator named it; empty for none.</param>
/// <param name="Created">When it was begun.</param>
/// <param name="Term">The term that encrypted at that time.</param>
/// <param name="Storage">The driver that it was taken from.</param>
public sealed record SnapshotHeader(
    string Product, string ClusterId, string ClusterName, DateTimeOffset Created, long Term, string Storage);

/// <summary>One entry as it is stored: the value is ciphertext.</summary>
/// <param name="Namespace">The namespace's number; 0 is the root.</param>
/// <param name="Path">The entry's path.</param>
/// <param name="Value">The ciphertext.</param>
/// <param name="DueClass">The class of its due time; 0 for none.</param>
/// <param name="DueTicks">The due time in ticks of UTC.</param>
public readonly record struct SnapshotEntry(int Namespace, string Path, ReadOnlyMemory<byte> Value, byte DueClass, long DueTicks);

/// <summary>Why a file can't be read as a snapshot.</summary>
public sealed class SnapshotException(string message, Exception? inner = null) : Exception(message, inner);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SnapshotHeader))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
