using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Coffer.Core.Tokens;

namespace Coffer.Core.Wrapping;

/// <summary>Puts a reply away for one single reading: into the cubbyhole of a token made for it.</summary>
public sealed class Wrapper(TokenStore tokens, MountTable mounts, TimeProvider clock)
{
    private const string Entry = "response";

    /// <summary>Wraps in the operation's own transaction; what goes out instead.</summary>
    public async ValueTask<WrapBlock> WrapAsync(Transaction transaction, Request request, Reply reply, TimeSpan ttl, string path)
    {
        var accessor = reply.AuthBlock?.Accessor ?? "";
        var (token, secret) = await tokens.CreateWrappingAsync(transaction, request.Namespace, path, ttl, accessor);
        transaction.Put(Place(token), WrappedReply.Pack(request.Id, reply).Span);
        return new WrapBlock(secret, token.Accessor, ttl, clock.GetUtcNow(), path, accessor.Length == 0 ? null : accessor);
    }

    /// <summary>The live wrapping token with this secret; null if it is not one, or no more.</summary>
    public async ValueTask<Token?> FindAsync(Transaction transaction, NamespaceId space, string secret)
    {
        if (secret.StartsWith(TokenStore.BatchPrefix, StringComparison.Ordinal)) return null;
        var token = await TokenStore.ReadAsync(transaction, space, tokens.IdOf(secret));
        // A wrapping token that pays for its own unwrapping is at its last use (-1), not used up.
        return token is { Revoking: false, WrappedPath.Length: > 0 } && token.Expires > clock.GetUtcNow() ? token : null;
    }

    /// <summary>The wrapped reply, once: the token is revoked in the same commit.</summary>
    public async ValueTask<Reply?> UnwrapAsync(Transaction transaction, Token token, TokenRevoker revoker)
    {
        if (await transaction.GetAsync(Place(token)) is not { } stored) return null;
        transaction.Delete(Place(token));
        revoker.Revoke(transaction, token);
        return WrappedReply.Unpack(stored.Value);
    }

    private EntryKey Place(Token token) =>
        new(token.Namespace, $"{mounts.Single("cubbyhole").Mount.Room}{token.Id}/{Entry}");
}
