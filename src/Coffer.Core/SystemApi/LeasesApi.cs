using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Formats;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/leases</c>, and the older paths <c>sys/renew</c> and <c>sys/revoke*</c>.</summary>
internal sealed class LeasesApi(LeaseStore leases, MountRemoval removal, EntryCounts counts)
{
    private static readonly Field Id = Field.String("lease_id", "The lease.");
    private static readonly Field Increment = Field.Duration("increment", "The duration asked for.");
    private static readonly Field Sync = Field.Boolean("sync", "Waits for the end, as it always does here.");

    public IEnumerable<PathDescription> Paths =>
    [
        new("leases") { Summary = "Counts the leases.", Sudo = true, Read = CountAsync },
        new("leases/count") { Summary = "Counts the leases.", Read = CountAsync },
        new("leases/lookup") { Summary = "Shows a lease.", Fields = [Id, .. Paging.Fields], Write = LookupAsync, List = call => ListAsync(call, "") },
        new("leases/lookup/{prefix*}")
        {
            Summary = "Lists leases one level below a prefix.", Sudo = true, Fields = Paging.Fields, List = call => ListAsync(call, call.Fields.Path("prefix").TrimEnd('/') + "/"),
        },
        .. Renewal("leases/renew"), .. Renewal("renew"),
        .. Revocation("leases/revoke"), .. Revocation("revoke"),
        .. ByPrefix("leases/revoke-prefix", force: false), .. ByPrefix("revoke-prefix", force: false),
        .. ByPrefix("leases/revoke-force", force: true), .. ByPrefix("revoke-force", force: true),
        new("leases/tidy") { Summary = "Leases end as they fall due; nothing waits for a tidy.", Write = Tidy },
    ];

    private IEnumerable<PathDescription> Renewal(string path) =>
    [
        new(path) { Summary = "Prolongs a lease.", Fields = [Id, Increment], Write = call => RenewAsync(call, call.Fields.String("lease_id") ?? "") },
        new(path + "/{url_lease_id*}") { Summary = "Prolongs a lease.", Fields = [Id, Increment], Write = call => RenewAsync(call, call.Fields.Path("url_lease_id")) },
    ];

    private IEnumerable<PathDescription> Revocation(string path) =>
    [
        new(path) { Summary = "Revokes a lease.", Fields = [Id, Sync], Write = call => RevokeAsync(call, call.Fields.String("lease_id") ?? "") },
        new(path + "/{url_lease_id*}") { Summary = "Revokes a lease.", Fields = [Id, Sync], Write = call => RevokeAsync(call, call.Fields.Path("url_lease_id")) },
    ];

    private IEnumerable<PathDescription> ByPrefix(string path, bool force) =>
    [
        new(path + "/{prefix*}")
        {
            Summary = force ? "Forgets all leases below a prefix, even where they can't be undone." : "Revokes all leases and tokens below a prefix.",
            Sudo = true,
            Everywhere = true,
            ActsOutside = true,
            Fields = [Sync],
            Write = call => RevokePrefixAsync(call, force),
        },
    ];

    private static async ValueTask<Reply> LookupAsync(Call call)
    {
        var id = call.Fields.String("lease_id") ?? "";
        if (id.Length == 0) return Reply.BadRequest("lease_id must be specified");
        if (await LeaseStore.ReadAsync(call.Transaction, call.Request.Namespace, id) is not { Revoking: false } lease || lease.Expires <= call.Now)
            return Reply.BadRequest("invalid lease");
        return Reply.Json(w =>
        {
            w.WriteString("expire_time"u8, Timestamps.Format(lease.Expires));
            w.WriteString("id"u8, lease.Id);
            w.WriteString("issue_time"u8, Timestamps.Format(lease.Issued));
            if (lease.LastRenewal is { } renewed) w.WriteString("last_renewal"u8, Timestamps.Format(renewed));
            else w.WriteNull("last_renewal"u8);
            w.WriteBoolean("renewable"u8, lease.Renewable);
            w.WriteNumber("ttl"u8, (long)(lease.Expires - call.Now).TotalSeconds);
        });
    }

    private static async ValueTask<Reply> ListAsync(Call call, string prefix) => Reply.Keys(await call.Transaction.ListAsync(
        call.Request.Namespace, LeaseStore.Prefix + prefix, Paging.After(call), Paging.Limit(call)));

    private async ValueTask<Reply> RenewAsync(Call call, string id)
    {
        if (id.Length == 0) return Reply.BadRequest("lease_id must be specified");
        if (await LeaseStore.ReadAsync(call.Transaction, call.Request.Namespace, id) is not { } lease) return Reply.BadRequest("lease not found");
        var warnings = new List<string>();
        var (block, refusal) = await leases.RenewAsync(
            call.Transaction, call.Request.Namespace, lease, call.Fields.Duration("increment") ?? TimeSpan.Zero, warnings);
        return block is null ? Reply.BadRequest(refusal) : new Reply { LeaseBlock = block, Warnings = warnings };
    }

    private async ValueTask<Reply> RevokeAsync(Call call, string id)
    {
        if (id.Length == 0) return Reply.BadRequest("lease_id must be specified");
        var space = call.Request.Namespace;
        if (await LeaseStore.ReadAsync(call.Transaction, space, id) is not { } lease) return Reply.Empty();
        LeaseStore.Mark(call.Transaction, space, lease);
        call.Transaction.Everywhere = true;
        // A failure is written into the lease and tried again: the client's wish is recorded either way.
        call.Transaction.AfterCommit(async cancel => await leases.RevokeAsync(space, id, force: false, cancel));
        return Reply.Empty();
    }

    private async ValueTask<Reply> RevokePrefixAsync(Call call, bool force)
    {
        var prefix = call.Fields.Path("prefix").Trim('/');
        if (prefix.Length == 0) return Reply.BadRequest("a prefix must be given: revoking everything at once is refused");
        var space = call.Request.Namespace;
        var failures = await removal.RevokeLeasesAsync(space, prefix + "/", force, call.Cancel);
        if (prefix.StartsWith("auth/", StringComparison.Ordinal)) await removal.RevokeTokensAsync(space, prefix + "/", call.Cancel);
        if (failures.Count == 0) return Reply.Empty();
        return Reply.BadRequest($"{failures.Count} leases could not be revoked and are tried again; the first: {failures[0]}");
    }

    private async ValueTask<Reply> CountAsync(Call call)
    {
        var count = await counts.LeasesAsync(call.Request.Namespace, call.Cancel);
        return Reply.Json(w =>
        {
            w.WriteNumber("lease_count"u8, count);
            w.WriteStartObject("counts"u8);
            w.WriteEndObject();
        });
    }

    private static ValueTask<Reply> Tidy(Call call) => ValueTask.FromResult(new Reply
    {
        Status = 202,
        Warnings = { "Tidy operation successfully started. Leases are ended as they fall due; nothing waits for a tidy." },
    });
}
