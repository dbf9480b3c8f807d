using System.Collections.Frozen;
using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Mounts;

/// <summary>A mount with its engine and compiled paths.</summary>
public sealed record Mounted(Mount Mount, IEngine Engine, PathTable Paths);

/// <summary>
/// All mounts of this Coffer. They lie in one entry, so that any two changes conflict and paths stay disjoint; the compiled set is
/// replaced as a whole.
/// </summary>
public sealed class MountTable(EntryStore store, IReadOnlyList<EngineType> types) : IChangeListener
{
    public static readonly EntryKey Key = new(NamespaceId.Root, "core/mounts");

    private readonly FrozenDictionary<(string, MountKind), EngineType> types =
        types.ToFrozenDictionary(t => (t.Name, t.Kind));

    private volatile MountSet current = MountSet.Empty;

    /// <summary>In the order of their paths.</summary>
    public IReadOnlyList<Mounted> All => current.All;

    public IEnumerable<EngineType> Types => types.Values;

    public EngineType? TypeOf(string name, MountKind kind) => types.GetValueOrDefault((name, kind));

    /// <summary>The mount that serves a request path, and the path relative to it.</summary>
    public Mounted? Route(string path, out string relative) => current.Route(path, out relative);

    public Mounted? ByUuid(string uuid) => current.ByUuid.GetValueOrDefault(uuid);

    public Mounted? ByAccessor(string accessor) => current.All.FirstOrDefault(m => m.Mount.Accessor == accessor);

    public Mounted? At(string path) => current.All.FirstOrDefault(m => m.Mount.Path == path);

    /// <summary>The one mount of a type that is mounted once.</summary>
    public Mounted Single(string type) => current.All.First(m => m.Mount.Type == type);

    /// <summary>The stored mounts as this transaction sees them; saving them checks that nobody changed them meanwhile.</summary>
    public static async ValueTask<List<Mount>> ReadAsync(Transaction transaction) =>
        await transaction.GetAsync(Key) is { } entry ? Parse(entry.Value) : [];

    public static void Save(Transaction transaction, IReadOnlyList<Mount> mounts)
    {
        transaction.Put(Key, JsonSerializer.SerializeToUtf8Bytes(mounts, StoredJson.Default.IReadOnlyListMount));
        transaction.Everywhere = true;
    }

    public async ValueTask LoadAsync(CancellationToken cancel)
    {
        var entry = await store.GetAsync(Key, cancel);
        var mounts = entry is null ? [] : Parse(entry.Value);
        var before = current;
        current = new MountSet(mounts.OrderBy(m => m.Path, StringComparer.Ordinal).Select(m => Open(m, before)).ToList());
    }

    public void Clear() => current = MountSet.Empty;

    public async ValueTask ChangedAsync(IReadOnlyCollection<EntryKey> keys)
    {
        if (keys.Contains(Key)) await LoadAsync(CancellationToken.None);
    }

    public ValueTask ResetAsync() => LoadAsync(CancellationToken.None);

    private Mounted Open(Mount mount, MountSet before)
    {
        if (before.ByUuid.TryGetValue(mount.Uuid, out var old) && ReferenceEquals(old.Mount, mount)) return old;
        var type = TypeOf(mount.Type, mount.Kind);
        var engine = type?.Open(mount) ?? new MissingEngine();
        return new Mounted(mount, engine, new PathTable(engine.Paths));
    }

    private static List<Mount> Parse(byte[] json) => JsonSerializer.Deserialize(json, StoredJson.Default.ListMount)!;

    /// <summary>A mount whose type this build does not have: it keeps its entries and answers nothing.</summary>
    private sealed class MissingEngine : IEngine
    {
        public IReadOnlyList<PathDescription> Paths => [];
    }

    private sealed class MountSet
    {
        public static readonly MountSet Empty = new([]);
        private readonly FrozenDictionary<string, Mounted> byPath;
        private readonly FrozenDictionary<string, Mounted>.AlternateLookup<ReadOnlySpan<char>> lookup;

        public MountSet(IReadOnlyList<Mounted> all)
        {
            All = all;
            byPath = all.ToFrozenDictionary(m => m.Mount.Path);
            lookup = byPath.GetAlternateLookup<ReadOnlySpan<char>>();
            ByUuid = all.ToFrozenDictionary(m => m.Mount.Uuid);
        }

        public IReadOnlyList<Mounted> All { get; }

        public FrozenDictionary<string, Mounted> ByUuid { get; }

        public Mounted? Route(string path, out string relative)
        {
            for (var at = path.IndexOf('/', StringComparison.Ordinal); at >= 0; at = path.IndexOf('/', at + 1))
            {
                if (!lookup.TryGetValue(path.AsSpan(0, at + 1), out var found)) continue;
                relative = path[(at + 1)..];
                return found;
            }
            // `LIST kv1` and `GET cubbyhole` name a mount without its slash.
            if (byPath.TryGetValue(path + "/", out var whole))
            {
                relative = "";
                return whole;
            }
            relative = path;
            return null;
        }
    }
}
