using System.Globalization;
using System.Text.Json.Serialization;
using Coffer.Core.Storage;

namespace Coffer.Core.Audit.Index;

/// <summary>
/// What the index keeps of requests: the members that an entry of the log has under the same names, without data. Equal requests that were
/// projected together are one row with their count; it shows the last of them.
/// </summary>
internal sealed record IndexRow
{
    public const string Prefix = "audit/index/";
    public const string TimePrefix = Prefix + "time/";
    private const int LongestName = 400;

    public DateTimeOffset Time { get; init; }

    public long Seq { get; init; }

    public string Node { get; init; } = "";

    public string RequestId { get; init; } = "";

    /// <summary>exchange, or response where the request was recorded before.</summary>
    public string Phase { get; init; } = "";

    public IndexActor? Actor { get; init; }

    public string Mount { get; init; } = "";

    public string Path { get; init; } = "";

    public string Operation { get; init; } = "";

    public string Decision { get; init; } = "";

    public string Policy { get; init; } = "";

    public string Rule { get; init; } = "";

    public string Client { get; init; } = "";

    /// <summary>The secret's version; 0 for none.</summary>
    public long Version { get; init; }

    public int Status { get; init; }

    public string Error { get; init; } = "";

    public long Count { get; init; } = 1;

    /// <summary>The newest first: a later time sorts before an earlier one.</summary>
    [JsonIgnore]
    public string Place => $"{Upside(Time)}-{Node}-{Seq.ToString("D16", CultureInfo.InvariantCulture)}";

    /// <summary>What two requests have in common that share a row. Whoever is refused without a token can't fill the index with paths.</summary>
    [JsonIgnore]
    public object Likeness =>
        (Actor?.Accessor, Actor is null && Status >= 400 ? Mount : Path, Operation, Version, Client, Status, Decision);

    public static string Upside(DateTimeOffset time) => (long.MaxValue - time.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    public static string PathPrefix(string path) => $"{Prefix}path/{Name(path)}/";

    public static string EntityPrefix(string entity) => $"{Prefix}entity/{Name(entity)}/";

    public static string AccessorPrefix(string accessor) => $"{Prefix}accessor/{Name(accessor)}/";

    public static EntryKey Key(string prefix, string place) => new(NamespaceId.Root, prefix + place);

    /// <summary>The row's own key, and those by which it is found.</summary>
    public IEnumerable<EntryKey> Keys()
    {
        yield return Key(TimePrefix, Place);
        yield return Key(PathPrefix(Path), Place);
        if (Actor is null) yield break;
        if (Actor.EntityId.Length > 0) yield return Key(EntityPrefix(Actor.EntityId), Place);
        if (Actor.Accessor.Length > 0) yield return Key(AccessorPrefix(Actor.Accessor), Place);
    }

    /// <summary>One segment of a key, whatever the text.</summary>
    private static string Name(string text)
    {
        var escaped = Uri.EscapeDataString(text);
        return escaped.Length <= LongestName
            ? escaped
            : "~" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
    }
}

/// <summary>Who asked.</summary>
/// <param name="Accessor">The HMAC of the token's accessor.</param>
internal sealed record IndexActor(string Accessor = "", string DisplayName = "", string EntityId = "");

/// <summary>How far a node's log is projected, and which rows it has, oldest first.</summary>
/// <param name="Origin">The log.</param>
/// <param name="Next">The first entry that is not projected yet.</param>
/// <param name="Spans">Stretches of rows.</param>
internal sealed record IndexCursor(string Origin, long Next, IReadOnlyList<IndexSpan> Spans);

/// <summary>A stretch of one node's rows.</summary>
internal sealed record IndexSpan(DateTimeOffset From, DateTimeOffset To, long Rows);

/// <summary>A sign of life of a node's log.</summary>
internal sealed record LogPresence(string Origin, string Node, DateTimeOffset Seen);
