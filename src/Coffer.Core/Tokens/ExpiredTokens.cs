using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Tokens;

/// <summary>Ends tokens whose time has come, and finishes revocations that were interrupted.</summary>
internal sealed class ExpiredTokens(TokenStore tokens, TokenRevoker revoker, EntryStore store)
{
    public async ValueTask HandleAsync(Plain entry, CancellationToken cancel)
    {
        var token = TokenStore.Parse(entry.Value);
        if (!tokens.IsLive(token))
        {
            await revoker.SweepAsync(entry.Key.Namespace, token.Id, cancel);
            return;
        }
        // The storage's clock is ahead of ours, or the claim moved the due time: put it back where it belongs.
        var transaction = new Transaction(store, cancel);
        transaction.Require(entry.Key, entry.Version);
        TokenStore.Write(transaction, token);
        await transaction.CommitAsync();
    }
}
