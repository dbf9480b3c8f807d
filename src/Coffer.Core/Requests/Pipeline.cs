using System.Diagnostics;
using System.Text.Json;
using Coffer.Core.Audit;
using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Policies;
using Coffer.Core.Quotas;
using Coffer.Core.Seals;
using Coffer.Core.Storage;
using Coffer.Core.Telemetry;
using Coffer.Core.Tokens;
using Coffer.Core.Wrapping;
using Microsoft.Extensions.Logging;

namespace Coffer.Core.Requests;

/// <summary>
/// The one road of every request: quotas, parse, find the mount, authenticate, decide, audit the request, run, commit, wrap, audit the
/// response, reply. A refusal at any step is audited too. The only place where exceptions become replies.
/// </summary>
public sealed class Pipeline(
    EntryStore store, Keyholder keys, MountTable mounts, SystemMount system, TokenStore tokens, TokenRevoker revoker, PolicyStore policies,
    LeaseStore leases, Wrapper wrapper, QuotaTable quotas, AuditTrail audit, Cluster.Node node, InFlight inFlight, TimeProvider clock,
    ILogger log)
{
    private readonly Metrics metrics = store.Metrics;

    private const int MaxAttempts = 64;
    private const string MergePatch = "application/merge-patch+json";
    private const string LastUse = "no secret is leased to a token at its last use: the lease would end with it";
    private const string Denied = "1 error occurred:\n\t* permission denied\n\n";

    public async ValueTask<Reply> HandleAsync(Request request, CancellationToken cancel)
    {
        var begun = Stopwatch.GetTimestamp();
        var exchange = new Exchange(request);
        if (request.Upload is { } upload) request.Upload = new DigestedUpload(upload);
        using var tracked = inFlight.Enter(exchange, clock.GetUtcNow());
        Reply reply;
        try
        {
            reply = await RunAsync(exchange, cancel);
        }
        catch (Exception e)
        {
            reply = Fail(e, request);
        }
        reply = await RecordAsync(exchange, reply);
        if (reply.Afterwards is { } afterwards) reply = await FinishAsync(request, reply, afterwards);
        if (exchange.Token is { NumUses: < 0 }) await EndUsedUpAsync(exchange.Token);
        metrics.Requests.Record(exchange.Mounted?.Mount.Type ?? "none", request.Operation, reply.Status, Stopwatch.GetTimestamp() - begun);
        return reply;
    }

    /// <summary>Whether the body of a write there is a stream and no JSON: the door asks before it reads one.</summary>
    public bool TakesUpload(string path) => Find(path, out var relative)?.Paths.Match(relative)?.Path.TakesUpload == true;

    private async ValueTask<Reply> FinishAsync(Request request, Reply reply, Func<ValueTask> afterwards)
    {
        try
        {
            await afterwards();
            return reply;
        }
        catch (Exception e)
        {
            return Fail(e, request);
        }
    }

    private async ValueTask<Reply> RunAsync(Exchange exchange, CancellationToken cancel)
    {
        var request = exchange.Request;
        if (quotas.Refuse(request) is { } tooMany) return tooMany;
        if (!JsonBody.TryTrim(request.Body, out var body)) return Reply.BadRequest("error parsing JSON: the body must be one JSON object");
        request.Body = body;

        exchange.Mounted = Find(request.Path, out var relative);
        exchange.Match = exchange.Mounted?.Paths.Match(relative);
        var path = exchange.Match?.Path;
        if (IsClosedTo(exchange)) return Reply.Refuse(503, "Vault is sealed");
        if (path is not { WhileSealed: true }) node.RequireFresh();

        if (path is null || !path.IsOpenTo(request))
        {
            if (await AuthenticateAsync(exchange, cancel) is { } unknown) return unknown;
            if (await DecideAsync(exchange, cancel) is { } refused) return refused;
        }
        if (exchange.Mounted is null or { Mount.Tainted: true }) return Reply.Refuse(404, $"no handler for route \"{request.Path}\". route entry not found.");
        if (path is null)
            return Reply.Refuse(404, "1 error occurred:\n\t* unsupported path\n\n");
        if (request.Operation is Operation.Help) return HelpText.Of(exchange.Mounted, path);
        if (path.For(request.Operation) is not { } handler)
        {
            // What nothing patches is answered as by a server that does not know the verb.
            return request.Operation == Operation.Patch
                ? new Reply { Status = 405 }
                : Reply.Refuse(405, "1 error occurred:\n\t* unsupported operation\n\n");
        }
        if (request.Operation == Operation.Patch && !IsMergePatch(request.Header("Content-Type")))
            return Reply.Refuse(415, $"PATCH takes a body of the type {MergePatch}: say so in Content-Type");
        if (request.Operation is Operation.Create or Operation.Update && request.Path.EndsWith('/'))
            return Reply.BadRequest("cannot write to a path ending in '/'");
        return await ExecuteAsync(exchange, handler, cancel);
    }

    private static bool IsMergePatch(string? contentType) =>
        contentType is not null && contentType.AsSpan().TrimStart().StartsWith(MergePatch, StringComparison.OrdinalIgnoreCase);

    /// <summary>While sealed no mount is known but the system's own.</summary>
    private Mounted? Find(string path, out string relative)
    {
        var found = mounts.Route(path, out relative);
        if (found is not null || !path.StartsWith("sys/", StringComparison.Ordinal)) return found;
        relative = path["sys/".Length..];
        return system.Mounted;
    }

    private async ValueTask<Reply?> AuthenticateAsync(Exchange exchange, CancellationToken cancel)
    {
        var request = exchange.Request;
        if (string.IsNullOrEmpty(request.Token)) return Reply.Refuse(403, "missing client token");
        var token = await tokens.FindAsync(request.Namespace, request.Token, cancel);
        if (token is null || !TokenStore.IsFrom(token, request.Client)) return Reply.Refuse(403, "permission denied");
        exchange.Token = token;
        if (token.NumUses == 0) return null;
        if (await tokens.UseAsync(token, cancel) is not { } used) return Reply.Refuse(403, "permission denied");
        exchange.Token = used;
        return null;
    }

    private async ValueTask<Reply?> DecideAsync(Exchange exchange, CancellationToken cancel)
    {
        var request = exchange.Request;
        exchange.Acl = await policies.AclOfAsync(exchange.Token!, cancel);
        var path = exchange.Match?.Path;
        if (request.Operation == Operation.Update && path?.Exists is { } exists)
        {
            using var call = Open(exchange, new Transaction(store, cancel), out _);
            if (call is not null && !await exists(call)) request.Operation = Operation.Create;
        }
        exchange.Decision = Judge(exchange.Acl, request, path is { Sudo: true });
        return exchange.Decision.Value.Allowed ? null : Reply.Refuse(403, Denied);
    }

    private static Decision Judge(Acl acl, Request request, bool sudo) => acl.Decide(
        new AclRequest(request.Path, Needed(request.Operation))
        {
            NeedsSudo = sudo,
            WrapTtl = request.WrapTtl,
            Parameters = () => Parameters(request),
        });

    private static JsonElement Parameters(Request request)
    {
        if (!request.Body.IsEmpty) return JsonElement.Parse(request.Body.Span);
        if (request.Query.Count == 0) return default;
        return JsonElement.Parse(Reply.Object(w =>
        {
            foreach (var (name, value) in request.Query) w.WriteString(name, value);
        }).Span);
    }

    private static Capability Needed(Operation operation) => operation switch
    {
        Operation.Read or Operation.Help => Capability.Read,
        Operation.List => Capability.List,
        Operation.Create => Capability.Create,
        Operation.Update => Capability.Update,
        Operation.Patch => Capability.Patch,
        _ => Capability.Delete,
    };

    /// <summary>
    /// Runs the handler until its commit meets no conflict. What only reads is audited in one go at the end; what writes has its request
    /// in the trail before the commit.
    /// </summary>
    private async ValueTask<Reply> ExecuteAsync(Exchange exchange, Handler handler, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var transaction = new Transaction(store, cancel) { Everywhere = exchange.Match!.Path.Everywhere };
            using var call = Open(exchange, transaction, out var refusal);
            if (call is null) return Reply.BadRequest(refusal!);
            if (exchange.Match.Path.ActsOutside && exchange.Request.Operation.Changes() && !exchange.RequestAudited)
            {
                await AuditRequestAsync(exchange);
                exchange.RequestAudited = true;
            }
            var reply = await handler(call);
            if (reply.IsRefusal) return reply;
            // The token ends with this request and takes its leases along: what it got would be dead on arrival.
            if (reply.Lease is not null && exchange.Token is { NumUses: < 0 }) return Reply.BadRequest(LastUse);
            await GrantAsync(exchange, transaction, reply);
            if (!transaction.HasWrites)
            {
                if (transaction.Everywhere) await node.SettleAsync(store.LastCommit);
                return reply;
            }
            if (!exchange.RequestAudited)
            {
                await AuditRequestAsync(exchange);
                exchange.RequestAudited = true;
            }
            var result = await transaction.CommitAsync();
            if (result.Committed)
            {
                await transaction.FinishAsync();
                // What followed the commit (a tree of tokens, a mount's leases) is to be obeyed everywhere as well.
                if (transaction.Everywhere) await node.SettleAsync(store.LastCommit);
                return reply;
            }
            if (attempt == MaxAttempts)
                throw new StorageUnavailableException($"{exchange.Request.Path} met too many concurrent changes; try again");
            if (attempt > 4) await Task.Delay(TimeSpan.FromMilliseconds(attempt), cancel);
        }
    }

    /// <summary>Makes the token, the lease and the wrapping that a reply asks for, in the operation's own transaction.</summary>
    private async ValueTask GrantAsync(Exchange exchange, Transaction transaction, Reply reply)
    {
        var request = exchange.Request;
        var mount = exchange.Mounted!.Mount;
        if (reply.Auth is { } grant)
            reply.AuthBlock = await tokens.CreateAsync(transaction, grant, null, request.Path, mount, null, reply.Warnings);
        if (reply.Lease is { } lease)
            reply.LeaseBlock = await leases.CreateAsync(transaction, lease, request.Namespace, request.Path, mount, exchange.Token, reply.Warnings);
        if (reply.Rewrap is { } again)
            reply.Wrap = await wrapper.WrapAsync(transaction, request, reply, again.Ttl, again.CreationPath);
        else if (request.WrapTtl is { } ttl && ttl > TimeSpan.Zero && reply.Raw is null && (!reply.Data.IsEmpty || reply.AuthBlock is not null))
            reply.Wrap = await wrapper.WrapAsync(transaction, request, reply, ttl, request.Path);
    }

    private Call? Open(Exchange exchange, Transaction transaction, out string? refusal)
    {
        var fields = Fields.Parse(exchange.Match!.Path, exchange.Match.Captures, exchange.Request, out refusal);
        if (fields is null) return null;
        var mount = exchange.Mounted!.Mount;
        return new Call
        {
            Request = exchange.Request,
            Fields = fields,
            Mount = mount,
            Store = new EntryView(transaction, mount.Namespace, mount.Room),
            Transaction = transaction,
            Token = exchange.Token,
            Acl = exchange.Acl,
            Ttls = leases.Ttls,
            Clock = clock,
            Cancel = transaction.Cancel,
        };
    }

    /// <summary>Nothing leaves before it is in the trail: if that fails, what was made is undone and the caller gets an error.</summary>
    private async ValueTask<Reply> RecordAsync(Exchange exchange, Reply reply)
    {
        // Trying tokens at a probe that takes one leaves its trace all the same.
        if (exchange.Match?.Path is { Unaudited: true } path && (path.IsOpenTo(exchange.Request) || !reply.IsRefusal)) return reply;
        try
        {
            await audit.ResponseAsync(exchange, reply);
            metrics.AuditRecords.Add(exchange.RequestAudited ? 1 : 2);
            // A reply that seals (a restore of another vault) says so itself.
            var mayLeave = reply.IsRefusal || reply.Afterwards is not null || !IsClosedTo(exchange);
            return mayLeave ? reply : Reply.Refuse(503, "Vault is sealed");
        }
        catch (Exception e)
        {
            metrics.AuditFailures.Add();
            if (!store.Barrier.IsSealed) await UndoAsync(exchange, reply);
            return Fail(e, exchange.Request);
        }
    }

    /// <summary>
    /// Asked after recording: the trail takes nothing once it is closed, which comes after the keyholder says sealed. So what was under way
    /// when the vault was sealed is neither committed nor answered without having been recorded.
    /// </summary>
    private bool IsClosedTo(Exchange exchange) => keys.IsSealed && exchange.Match?.Path is not { WhileSealed: true };

    private async ValueTask AuditRequestAsync(Exchange exchange)
    {
        try
        {
            await audit.RequestAsync(exchange);
            metrics.AuditRecords.Add();
        }
        catch
        {
            metrics.AuditFailures.Add();
            throw;
        }
        if (IsClosedTo(exchange)) throw new BarrierSealedException();
    }

    private async ValueTask UndoAsync(Exchange exchange, Reply reply)
    {
        var space = exchange.Request.Namespace;
        try
        {
            if (reply.LeaseBlock is { } lease && reply.Lease is not null) await leases.RevokeAsync(space, lease.Id, force: false, CancellationToken.None);
            if (reply.Wrap is { } wrap) await revoker.SweepAsync(space, tokens.IdOf(wrap.Token), CancellationToken.None);
            if (reply is { AuthBlock: { TokenType: TokenType.Service } auth, Renewed: false } && exchange.RequestAudited)
                await revoker.SweepAsync(space, tokens.IdOf(auth.ClientToken), CancellationToken.None);
        }
        catch (Exception e)
        {
            _ = Fail(e, exchange.Request);
        }
    }

    private async ValueTask EndUsedUpAsync(Token token)
    {
        try
        {
            await revoker.SweepAsync(token.Namespace, token.Id, CancellationToken.None);
        }
        catch (Exception e) when (e is StorageUnavailableException or BarrierSealedException)
        {
            // It is refused already; its due time removes it.
        }
    }

    private Reply Fail(Exception failure, Request request)
    {
        if (failure is StorageFailedException or AuditFailedException) node.Fail(failure.Message);
        return Failures.ToReply(failure, request, log);
    }
}
