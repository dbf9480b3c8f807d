using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Tokens;

/// <summary>
/// Ends tokens. The mark comes first, in the caller's transaction: from its commit on the token is refused. Then the tree below it is
/// marked, leases are revoked, cubbyholes emptied and the entries removed, each step on its own; whatever is left by a crash falls due.
/// </summary>
public sealed class TokenRevoker(EntryStore store, TokenStore tokens, LeaseStore leases, MountTable mounts)
{
    private const int Page = 500;

    /// <summary>Marks a token, and sweeps it after the commit and before the reply.</summary>
    public void Revoke(Transaction transaction, Token token)
    {
        if (token.Type == TokenType.Batch) throw new ArgumentException("a batch token can't be revoked", nameof(token));
        TokenStore.Write(transaction, token with { Revoking = true });
        transaction.Everywhere = true;
        transaction.AfterCommit(cancel => SweepAsync(token.Namespace, token.Id, cancel));
    }

    /// <summary>Cuts the children loose, then revokes the token alone.</summary>
    public void RevokeAndOrphan(Transaction transaction, Token token)
    {
        // The mark says so: whoever finishes this after a crash, or claims it as due, spares the children too.
        TokenStore.Write(transaction, token with { Revoking = true, SparesChildren = true });
        transaction.Everywhere = true;
        transaction.AfterCommit(cancel => SweepAsync(token.Namespace, token.Id, cancel));
    }

    /// <summary>Finishes a marked or expired token and all below it. May run again at any point.</summary>
    public async ValueTask SweepAsync(NamespaceId space, string id, CancellationToken cancel)
    {
        // Marking the whole tree comes before any slow undoing, so that no descendant works while leases are revoked.
        var marked = new List<string> { id };
        if (await MarkAsync(space, id, cancel) is { SparesChildren: true }) await OrphanChildrenAsync(space, id, cancel);
        for (var i = 0; i < marked.Count; i++)
        {
            string? after = null;
            while (await store.ListAsync(space, TokenKeys.Children(marked[i]), after, Page, cancel) is { Count: > 0 } children)
            {
                foreach (var child in children)
                {
                    await MarkAsync(space, child, cancel);
                    marked.Add(child);
                }
                after = children[^1];
            }
        }
        for (var i = marked.Count - 1; i >= 0; i--) await RemoveAsync(space, marked[i], cancel);
    }

    /// <summary>The token as it was before; null if it is gone.</summary>
    private async ValueTask<Token?> MarkAsync(NamespaceId space, string id, CancellationToken cancel)
    {
        while (true)
        {
            var transaction = new Transaction(store, cancel);
            if (await TokenStore.ReadAsync(transaction, space, id) is not { } token) return null;
            if (token.Revoking) return token;
            TokenStore.Write(transaction, token with { Revoking = true });
            if ((await transaction.CommitAsync()).Committed) return token;
        }
    }

    private async ValueTask RemoveAsync(NamespaceId space, string id, CancellationToken cancel)
    {
        var prefix = LeaseStore.OfToken(id);
        while (await store.Storage.ScanAsync(space, prefix, null, Page, cancel) is { Count: > 0 } links)
        {
            foreach (var link in links)
            {
                var leaseId = link.Key.Path[prefix.Length..];
                await MarkLeaseAsync(space, leaseId, link.Key, cancel);
                await leases.RevokeAsync(space, leaseId, force: false, cancel);
            }
        }
        await EmptyAsync(space, $"{mounts.Single("cubbyhole").Mount.Room}{id}/", cancel);
        while (true)
        {
            var transaction = new Transaction(store, cancel);
            if (await TokenStore.ReadAsync(transaction, space, id) is not { } token) return;
            transaction.Delete(TokenKeys.Token(space, id));
            transaction.Counts(store.Metrics.TokensEnded);
            transaction.Delete(TokenKeys.Accessor(space, tokens.IdOf(token.Accessor)));
            transaction.Delete(TokenKeys.ByPath(space, token.Path, id));
            if (token.Parent.Length > 0) transaction.Delete(TokenKeys.Child(space, token.Parent, id));
            if ((await transaction.CommitAsync()).Committed) return;
        }
    }

    /// <summary>Cuts the lease from its token, for a lease that can't be undone now lives on by itself until it can.</summary>
    private async ValueTask MarkLeaseAsync(NamespaceId space, string leaseId, EntryKey link, CancellationToken cancel)
    {
        while (true)
        {
            var transaction = new Transaction(store, cancel);
            if (await LeaseStore.ReadAsync(transaction, space, leaseId) is { } lease)
                LeaseStore.Mark(transaction, space, lease with { TokenId = "" });
            transaction.Delete(link);
            if ((await transaction.CommitAsync()).Committed) return;
        }
    }

    private async ValueTask OrphanChildrenAsync(NamespaceId space, string id, CancellationToken cancel)
    {
        while (await store.ListAsync(space, TokenKeys.Children(id), null, Page, cancel) is { Count: > 0 } children)
        {
            foreach (var child in children)
            {
                var transaction = new Transaction(store, cancel);
                if (await TokenStore.ReadAsync(transaction, space, child) is { } token)
                    TokenStore.Write(transaction, token with { Parent = "" });
                transaction.Delete(TokenKeys.Child(space, id, child));
                await transaction.CommitAsync();
            }
        }
    }

    private async ValueTask EmptyAsync(NamespaceId space, string prefix, CancellationToken cancel)
    {
        while (await store.Storage.ScanAsync(space, prefix, null, Page, cancel) is { Count: > 0 } entries)
        {
            var batch = new Batch();
            foreach (var entry in entries) batch.Delete(entry.Key);
            await store.CommitAsync(batch, cancel);
        }
    }
}
