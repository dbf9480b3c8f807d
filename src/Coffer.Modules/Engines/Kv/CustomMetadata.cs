using System.Globalization;
using System.Text;
using System.Text.Json;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Kv;

/// <summary>The free texts that a secret carries beside its data, within Vault's limits.</summary>
internal static class CustomMetadata
{
    public const int MaxKeys = 64;
    public const int MaxKeyLength = 128;
    public const int MaxValueLength = 512;

    /// <summary>The new object in UTF-8, empty for none; null with the reason if it is refused.</summary>
    /// <param name="merge">Keys given as null are removed and the others of <paramref name="present"/> stay.</param>
    public static ReadOnlyMemory<byte>? Change(ReadOnlyMemory<byte> present, JsonElement given, bool merge, out string? refusal)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (merge) Load(texts, present);
        foreach (var property in given.EnumerateObject())
        {
            if (merge && property.Value.ValueKind == JsonValueKind.Null)
            {
                texts.Remove(property.Name);
                continue;
            }
            refusal = property.Value.ValueKind != JsonValueKind.String
                ? "custom_metadata values must be strings"
                : Refusal(property.Name, property.Value.GetString()!);
            if (refusal is not null) return null;
            texts[property.Name] = property.Value.GetString()!;
        }
        refusal = texts.Count > MaxKeys
            ? $"custom_metadata validation failed: payload must contain at most {MaxKeys} keys, provided {texts.Count}"
            : null;
        if (refusal is not null) return null;
        return texts.Count == 0 ? ReadOnlyMemory<byte>.Empty : Reply.Object(w =>
        {
            foreach (var (key, text) in texts) w.WriteString(key, text);
        });
    }

    /// <summary>Whether a text has only letters, marks, numbers, signs and plain spaces.</summary>
    public static bool IsPrintable(string text) => text.EnumerateRunes().All(rune => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or
        UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator));

    private static void Load(SortedDictionary<string, string> texts, ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty) return;
        using var document = JsonDocument.Parse(json);
        foreach (var property in document.RootElement.EnumerateObject()) texts[property.Name] = property.Value.GetString()!;
    }

    private static string? Refusal(string key, string value) =>
        Encoding.UTF8.GetByteCount(key) is var length && length is 0 or > MaxKeyLength
            ? $"custom_metadata validation failed: length of key is {length} but must be 1 to {MaxKeyLength}"
        : !IsPrintable(key) ? "custom_metadata validation failed: a key contains unprintable characters"
        : Encoding.UTF8.GetByteCount(value) is var size && size > MaxValueLength
            ? $"custom_metadata validation failed: length of value for key \"{key}\" is {size} but max length is {MaxValueLength}"
        : !IsPrintable(value) ? $"custom_metadata validation failed: the value of key \"{key}\" contains unprintable characters"
        : null;
}
