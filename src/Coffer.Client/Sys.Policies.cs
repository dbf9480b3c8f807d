using System.Text.Json.Nodes;

namespace Coffer.Client;

public sealed partial class Sys
{
    /// <summary>The names of all policies.</summary>
    public async Task<IReadOnlyList<string>> ListPoliciesAsync(CancellationToken cancellation = default) =>
        (await _client.ListAsync("sys/policies/acl", cancellation))?.Keys ?? [];

    /// <summary>A policy's text as it was written, or null.</summary>
    public async Task<string?> ReadPolicyAsync(string name, CancellationToken cancellation = default) =>
        (await _client.ReadAsync("sys/policies/acl/" + name, cancellation))?.GetField("policy");

    /// <summary>Writes a policy, HCL or JSON.</summary>
    public Task<Secret?> WritePolicyAsync(string name, string policy, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/policies/acl/" + name, new JsonObject { ["policy"] = policy }, cancellation);

    /// <summary>Deletes a policy.</summary>
    public Task DeletePolicyAsync(string name, CancellationToken cancellation = default) =>
        _client.DeleteAsync("sys/policies/acl/" + name, cancellation);

    /// <summary>Why a token may or may not do something. Coffer only.</summary>
    /// <param name="path">The path below <c>/v1/</c>.</param>
    /// <param name="operation">read, create, update, patch, delete or list.</param>
    /// <param name="token">The token asked about, or null.</param>
    /// <param name="accessor">Its accessor instead, or null; with neither, the client's own token.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<Secret?> ExplainAsync(
        string path, string operation, string? token = null, string? accessor = null, CancellationToken cancellation = default)
    {
        var body = new JsonObject { ["path"] = path, ["operation"] = operation };
        if (token is not null)
            body["token"] = token;
        if (accessor is not null)
            body["accessor"] = accessor;
        return _client.WriteAsync("coffer/policy/explain", body, cancellation);
    }

    /// <summary>What is known about a lease.</summary>
    public Task<Secret?> LookupLeaseAsync(string leaseId, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/leases/lookup", new JsonObject { ["lease_id"] = leaseId }, cancellation);

    /// <summary>Renews a lease, by as much as it likes or by an increment.</summary>
    public Task<Secret?> RenewLeaseAsync(string leaseId, string? increment = null, CancellationToken cancellation = default)
    {
        var body = new JsonObject { ["lease_id"] = leaseId };
        if (increment is not null)
            body["increment"] = increment;
        return _client.WriteAsync("sys/leases/renew", body, cancellation);
    }

    /// <summary>Revokes a lease.</summary>
    /// <param name="leaseId">The lease.</param>
    /// <param name="sync">Waits until it is done, and hears of a failure.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task RevokeLeaseAsync(string leaseId, bool sync = false, CancellationToken cancellation = default) =>
        _client.WriteAsync("sys/leases/revoke", new JsonObject { ["lease_id"] = leaseId, ["sync"] = sync }, cancellation);

    /// <summary>Revokes every lease below a path.</summary>
    /// <param name="prefix">The path.</param>
    /// <param name="sync">Waits until it is done, and hears of a failure.</param>
    /// <param name="force">Forgets a lease even where it could not be undone outside.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task RevokePrefixAsync(string prefix, bool sync = false, bool force = false, CancellationToken cancellation = default) =>
        _client.WriteAsync(
            (force ? "sys/leases/revoke-force/" : "sys/leases/revoke-prefix/") + prefix.Trim('/'), new JsonObject { ["sync"] = sync }, cancellation);
}
