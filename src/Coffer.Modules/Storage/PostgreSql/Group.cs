using Coffer.Core.Storage;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>
/// Decides a group in memory while its transaction holds the head: who commits, at which position, and what each key comes to in
/// the end. Claims come before commits, since they were read before.
/// </summary>
internal sealed class Group(long head, IReadOnlyDictionary<EntryKey, long> stored)
{
    private readonly Dictionary<EntryKey, long> versions = [];

    /// <summary>The head as of the last commit decided.</summary>
    public long Head { get; private set; } = head;

    public List<(long Position, byte[] Keys)> Changes { get; } = [];

    public List<(int Space, byte[] Path, long Version, long DueAt)> Postponed { get; } = [];

    /// <summary>The last write of each key: two rows of one statement must not be the same.</summary>
    public Dictionary<EntryKey, (Write Write, byte[] Path, long Version)> Final { get; } = [];

    public void Claim(PendingClaim claim, IReadOnlyList<Entry> ready, DateTimeOffset now)
    {
        claim.Answer = [];
        if (ready.Count == 0)
            return;
        var next = new Due(claim.Due, now + claim.Visibility);
        var position = ++Head;
        var keys = new List<(int, byte[])>(ready.Count);
        var claimed = new List<Entry>(ready.Count);
        foreach (var entry in ready)
        {
            var path = PathBytes.Of(entry.Key.Path);
            keys.Add((entry.Key.Namespace.Value, path));
            Postponed.Add((entry.Key.Namespace.Value, path, position, next.At.UtcTicks));
            versions[entry.Key] = position;
            claimed.Add(entry with { Version = position, Due = next });
        }
        Changes.Add((position, ChangedKeys.Pack(keys)));
        claim.Answer = claimed;
    }

    public void Commit(PendingCommit commit)
    {
        foreach (var (check, _) in commit.Checks)
        {
            if (VersionOf(check.Key) != check.Version)
            {
                commit.Answer = new CommitResult(false, Head, check.Key);
                return;
            }
        }
        if (commit.Writes.Length > 0)
        {
            Head++;
            foreach (var (write, path) in commit.Writes)
            {
                versions[write.Key] = write.Value is null ? Check.Absent : Head;
                Final[write.Key] = (write, path, Head);
            }
            Changes.Add((Head, ChangedKeys.Pack([.. commit.Writes.Select(one => (one.Write.Key.Namespace.Value, one.Path))])));
        }
        commit.Answer = new CommitResult(true, Head);
    }

    private long VersionOf(EntryKey key) =>
        versions.TryGetValue(key, out var version) || stored.TryGetValue(key, out version) ? version : Check.Absent;
}
