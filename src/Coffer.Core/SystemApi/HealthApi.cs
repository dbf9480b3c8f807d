using Coffer.Core.Cluster;
using Coffer.Core.Requests;
using Coffer.Core.Seals;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/health</c> and <c>sys/leader</c>. Every unsealed node is active: there is no standby.</summary>
internal sealed class HealthApi(Keyholder keys, Node node, StatusFields common)
{
    private static readonly Field[] Fields =
    [
        Field.Integer("activecode", "The status of an unsealed node, 200 if absent."),
        Field.Integer("sealedcode", "The status of a sealed node, 503 if absent."),
        Field.Integer("uninitcode", "The status before the initialization, 501 if absent."),
        Field.Integer("standbycode", "Takes no part: no node is a standby."),
        Field.Integer("drsecondarycode", "Takes no part: no node is a secondary."),
        Field.Integer("performancestandbycode", "Takes no part: no node is a standby."),
        Field.Boolean("standbyok", "Takes no part: no node is a standby."),
        Field.Boolean("perfstandbyok", "Takes no part: no node is a standby."),
    ];

    public IEnumerable<PathDescription> Paths =>
    [
        new("health")
        {
            Summary = "Whether this node serves.", Fields = Fields, Unauthenticated = true, WhileSealed = true, Unaudited = true, Read = HealthAsync,
        },
        new("leader") { Summary = "Which node is active: each one.", Unauthenticated = true, WhileSealed = true, Unaudited = true, Read = Leader },
    ];

    private async ValueTask<Reply> HealthAsync(Call call)
    {
        var status = await keys.StatusAsync(call.Cancel);
        var (field, usual) = status switch
        {
            { Initialized: false } => ("uninitcode", 501),
            { Sealed: true } => ("sealedcode", 503),
            _ when node.Failure is not null => ("", 500),
            _ => ("activecode", 200),
        };
        var code = field.Length == 0 ? usual : call.Fields.Integer(field) ?? usual;
        if (code is < 200 or > 599) return Reply.BadRequest($"invalid value for '{field}': use a status from 200 to 599");
        var replication = status.Sealed ? "unknown" : "disabled";
        return Reply.Json(
            w =>
            {
                w.WriteBoolean("initialized"u8, status.Initialized);
                w.WriteBoolean("sealed"u8, status.Sealed);
                w.WriteBoolean("standby"u8, status.Sealed);
                w.WriteBoolean("performance_standby"u8, false);
                w.WriteString("replication_performance_mode"u8, replication);
                w.WriteString("replication_dr_mode"u8, replication);
                w.WriteNumber("server_time_utc"u8, call.Now.ToUnixTimeSeconds());
                if (node.Failure is { } failure) w.WriteString("failure"u8, failure);
                common.Write(w, status.Sealed);
            },
            Envelope.Bare,
            (int)code);
    }

    private ValueTask<Reply> Leader(Call call)
    {
        var several = common.IsShared;
        var self = several && !keys.IsSealed;
        return new(Reply.Json(
            w =>
            {
                w.WriteBoolean("ha_enabled"u8, several);
                w.WriteBoolean("is_self"u8, self);
                w.WriteString("active_time"u8, "0001-01-01T00:00:00Z");
                w.WriteString("leader_address"u8, self ? common.ApiAddress : "");
                w.WriteString("leader_cluster_address"u8, "");
                w.WriteBoolean("performance_standby"u8, false);
                w.WriteNumber("performance_standby_last_remote_wal"u8, 0);
            },
            Envelope.Bare));
    }
}
