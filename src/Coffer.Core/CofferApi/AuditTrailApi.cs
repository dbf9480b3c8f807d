using System.Globalization;
using System.Text.Json;
using Coffer.Core.Audit;
using Coffer.Core.Audit.Index;
using Coffer.Core.Requests;
using Coffer.Formats;
using Coffer.Formats.Transparency;

namespace Coffer.Core.CofferApi;

/// <summary><c>coffer/audit/…</c>: who did what, this node's log as it grows, and the checkpoints of all.</summary>
internal sealed class AuditTrailApi(AuditTrail trail, AuditIndex index, IndexProjector projector, KeptCheckpoints kept)
{
    private const int MostRows = 1000;
    private const int MostBytes = 4 << 20;
    private static readonly TimeSpan Vanished = TimeSpan.FromMinutes(10);

    private static readonly Field Limit = Field.Integer("limit", "At most so many, up to 1000; 100 unless given.");

    private readonly Lock gate = new();
    private (LogReader Reader, string Directory)? reading;

    public IEnumerable<PathDescription> Paths =>
    [
        new("audit/query")
        {
            Summary = "Who did what, when and from where, on all nodes; the newest first.",
            Fields =
            [
                Field.String("path", "Only requests of this path; with * at its end, of all paths that begin so."),
                Field.String("entity", "Only by this entity."),
                Field.String("accessor", "Only by the token with this accessor, or this HMAC of one."),
                Field.String("operation", "Only this operation: read, list, create, update, patch or delete."),
                Field.String("since", "Only from this time on: RFC 3339, or how long ago, such as 24h."),
                Field.String("until", "Only up to this time."),
                Field.String("after", "What a page before gave as after."),
                Limit,
            ],
            HideReply = true,
            Read = QueryAsync,
        },
        new("audit/events")
        {
            Summary = "Entries of this node's log, as they are logged: the last ones, or those behind an entry.",
            Fields = [Field.String("after", "The number of an entry."), Limit],
            HideReply = true,
            Read = EventsAsync,
        },
        new("audit/checkpoint") { Summary = "The signed checkpoint of this node's log, made now, and the last kept of each other.", Read = CheckpointAsync },
        new("audit/nodes") { Summary = "The logs that there are, and those that have vanished.", Read = NodesAsync },
    ];

    private async ValueTask<Reply> QueryAsync(Call call)
    {
        if (!TryTime(call, "since", out var since) || !TryTime(call, "until", out var until))
            return Reply.BadRequest("since and until take an RFC 3339 time, or how long ago, such as 24h");
        await projector.CatchUpAsync(call.Cancel);
        var accessor = call.Fields.String("accessor");
        var (rows, after) = await index.AskAsync(
            new IndexQuestion
            {
                Path = call.Fields.String("path")?.TrimStart('/'),
                Entity = call.Fields.String("entity"),
                Accessor = accessor is null || accessor.StartsWith("hmac-sha256:", StringComparison.Ordinal) ? accessor : trail.Hash(accessor),
                Operation = call.Fields.String("operation"),
                Since = since,
                Until = until,
                After = call.Fields.String("after"),
                Limit = LimitOf(call),
            },
            call.Cancel);
        return Reply.Json(w =>
        {
            w.WriteStartArray("events"u8);
            foreach (var row in rows) JsonSerializer.Serialize(w, row, StoredJson.Default.IndexRow);
            w.WriteEndArray();
            if (after is not null) w.WriteString("after"u8, after);
        });
    }

    private async ValueTask<Reply> EventsAsync(Call call)
    {
        if (trail.Log is not { } log) return Reply.Refuse(503, "the audit log is closed");
        var size = log.Size;
        var limit = LimitOf(call);
        var first = Math.Max(0, size - limit);
        if (call.Fields.String("after") is { } after)
        {
            if (!long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var last)) return Reply.BadRequest("after takes the number of an entry");
            first = last + 1;
        }
        var entries = await Task.Run(() => Entries(log, first, size, limit), call.Cancel);
        return Reply.Json(w =>
        {
            w.WriteStartArray("events"u8);
            foreach (var entry in entries) w.WriteRawValue(entry, skipInputValidation: true);
            w.WriteEndArray();
            w.WriteString("after"u8, (first + entries.Count - 1).ToString(CultureInfo.InvariantCulture));
            w.WriteString("node"u8, trail.Node);
            w.WriteNumber("size"u8, size);
        });
    }

    private async ValueTask<Reply> CheckpointAsync(Call call)
    {
        if (trail.Log is not { } log) return Reply.Refuse(503, "the audit log is closed");
        var own = await log.CheckpointAsync(call.Cancel);
        var all = new SortedDictionary<string, string>((await kept.AllAsync(call.Cancel)).ToDictionary(), StringComparer.Ordinal);
        if (own is not null) all[log.Origin] = own;
        return Reply.Json(w =>
        {
            w.WriteString("origin"u8, log.Origin);
            w.WriteStartArray("checkpoints"u8);
            foreach (var (origin, note) in all)
            {
                var key = kept.Verifier(origin);
                var checkpoint = Checkpoint.Open(note, key);
                w.WriteStartObject();
                w.WriteString("origin"u8, origin);
                w.WriteString("note"u8, note);
                w.WriteString("key"u8, key.ToString());
                w.WriteNumber("size"u8, checkpoint?.Size ?? -1);
                w.WriteString("root"u8, checkpoint?.Root.ToString() ?? "");
                w.WriteEndObject();
            }
            w.WriteEndArray();
        });
    }

    private async ValueTask<Reply> NodesAsync(Call call)
    {
        var seen = await index.NodesAsync(call.Cancel);
        var sizes = (await kept.AllAsync(call.Cancel)).ToDictionary(e => e.Key, e => Checkpoint.Open(e.Value, kept.Verifier(e.Key))?.Size ?? -1);
        return Reply.Json(w =>
        {
            w.WriteStartArray("nodes"u8);
            foreach (var node in seen)
            {
                var self = node.Origin == trail.Log?.Origin;
                w.WriteStartObject();
                w.WriteString("node"u8, node.Node);
                w.WriteString("origin"u8, node.Origin);
                w.WriteNumber("checkpoint_size"u8, sizes.GetValueOrDefault(node.Origin));
                w.WriteString("last_seen"u8, node.Seen.UtcDateTime);
                w.WriteBoolean("self"u8, self);
                w.WriteBoolean("vanished"u8, !self && call.Now - node.Seen > Vanished);
                w.WriteEndObject();
            }
            w.WriteEndArray();
        });
    }

    private List<byte[]> Entries(AuditLog log, long first, long size, int limit)
    {
        var entries = new List<byte[]>();
        var bytes = 0L;
        lock (gate)
        {
            if (reading is not { } open || open.Directory != log.Directory) reading = open = (new LogReader(log.Directory), log.Directory);
            open.Reader.Read(first, size, (_, entry) =>
            {
                if (entries.Count == limit || (bytes += entry.Length) > MostBytes) return false;
                entries.Add(entry.ToArray());
                return true;
            });
        }
        return entries;
    }

    private static int LimitOf(Call call) => (int)Math.Clamp(call.Fields.Integer("limit") ?? 100, 1, MostRows);

    private static bool TryTime(Call call, string field, out DateTimeOffset? time)
    {
        time = null;
        if (call.Fields.String(field) is not { Length: > 0 } text) return true;
        if (Durations.TryParse(text, out var ago) && ago >= TimeSpan.Zero && ago < call.Now - DateTimeOffset.UnixEpoch)
            time = call.Now - ago;
        else if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            time = at;
        return time is not null;
    }
}
