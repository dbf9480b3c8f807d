using Coffer.Core.Policies;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Kv;

/// <summary>
/// Lists of keys: one level as Vault has it, or everything below a folder page by page. A recursive list shows what the caller could have
/// found by listing folder after folder: a folder that its policies do not let it list is passed over.
/// </summary>
internal static class KeyListing
{
    public const int DefaultLimit = 1000;
    public const int MaxLimit = 10_000;
    private const string AfterAnyName = "\U0010FFFF";

    public static IReadOnlyList<Field> Fields { get; } =
    [
        Field.Boolean("recursive", "List: all keys below, not one level.") with { FromQuery = true, Default = "false" },
        Field.String("after", "List: start behind this key (the next of the page before).") with { FromQuery = true },
        Field.Integer("limit", "List: the most keys to return, up to 10000. One level has no limit by default, recursive 1000.")
            with { FromQuery = true },
    ];

    /// <param name="room">Where the entries lie: <c>m/</c>.</param>
    /// <param name="route">What stands before a key in a request's path: <c>metadata/</c>.</param>
    /// <param name="path">The folder to list.</param>
    public static async ValueTask<Reply> ListAsync(Call call, string room, string route, string path)
    {
        var folder = KvPath.Folder(path);
        var after = call.Fields.String("after") is { Length: > 0 } given ? given : null;
        var limit = call.Fields.Integer("limit");
        if (limit is < 1 or > MaxLimit) return Reply.BadRequest($"limit must be between 1 and {MaxLimit}");
        if (after?.Contains('\0', StringComparison.Ordinal) == true) return Reply.BadRequest("after cannot contain NUL");
        var recursive = call.Fields.Boolean("recursive") == true;
        var size = (int)(limit ?? (recursive ? DefaultLimit : int.MaxValue - 1));
        // One more than asked says whether there is a next page.
        var keys = recursive
            ? await WalkAsync(call, room, route, folder, after, size + 1)
            : await call.Store.ListAsync(room + folder, after, size + 1);
        return keys.Count <= size ? Reply.Keys(keys) : Page([.. keys.Take(size)]);
    }

    private static Reply Page(List<string> keys) => Reply.Json(w =>
    {
        w.WriteStartArray("keys"u8);
        foreach (var key in keys) w.WriteStringValue(key);
        w.WriteEndArray();
        w.WriteString("next"u8, keys[^1]);
    });

    private static async ValueTask<List<string>> WalkAsync(Call call, string room, string route, string folder, string? after, int size)
    {
        var start = room + folder;
        var position = after is null ? null : start + after;
        var keys = new List<string>();
        var verdicts = new Dictionary<string, bool>();
        while (keys.Count < size)
        {
            var found = await call.Store.ScanAsync(start, position, Math.Min(size - keys.Count, DefaultLimit));
            if (found.Count == 0) break;
            foreach (var (entry, _) in found)
            {
                var key = entry[start.Length..];
                position = entry;
                if (Closed(call, route + folder, key, verdicts) is not { } closed)
                {
                    keys.Add(key);
                    continue;
                }
                position = start + closed + AfterAnyName;
                break;
            }
        }
        return keys;
    }

    /// <summary>The first folder on the way to a key that the caller may not list, or null.</summary>
    private static string? Closed(Call call, string above, string key, Dictionary<string, bool> verdicts)
    {
        for (var at = key.IndexOf('/', StringComparison.Ordinal); at >= 0; at = key.IndexOf('/', at + 1))
        {
            var folder = key[..(at + 1)];
            if (!verdicts.TryGetValue(folder, out var allowed))
                verdicts[folder] = allowed = MayList(call, above + folder);
            if (!allowed) return folder;
        }
        return null;
    }

    private static bool MayList(Call call, string folder) =>
        call.Acl is { } acl && acl.Decide(new AclRequest(call.Mount.Path + folder, Capability.List)).Allowed;
}
