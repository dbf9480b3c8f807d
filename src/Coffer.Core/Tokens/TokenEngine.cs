using Coffer.Core.Mounts;
using Coffer.Core.Requests;

namespace Coffer.Core.Tokens;

/// <summary>The token auth method at <c>auth/token/</c>: lookup, renewal and revocation; making tokens and roles are beside it.</summary>
internal sealed class TokenEngine(TokenStore tokens, TokenRevoker revoker, TokenCreation creation, TokenRoles roles, MountTable mounts) : IEngine
{
    private static readonly Field TokenField = Field.String("token", "The token.");
    private static readonly Field AccessorField = Field.String("accessor", "The token's accessor.");
    private static readonly Field Increment = Field.Duration("increment", "The duration asked for.");

    public IReadOnlyList<PathDescription> Paths =>
    [
        .. creation.Paths, .. roles.Paths,
        new("lookup-self") { Summary = "Shows the caller's token.", Read = LookupSelfAsync, Write = LookupSelfAsync },
        new("lookup")
        {
            Summary = "Shows a token.", Fields = [TokenField], Write = LookupAsync, Read = LookupAsync,
        },
        new("lookup-accessor") { Summary = "Shows the token with an accessor, without its secret.", Fields = [AccessorField], Write = LookupAccessorAsync },
        new("renew-self") { Summary = "Prolongs the caller's token.", Fields = [Increment], Write = RenewSelfAsync },
        new("renew") { Summary = "Prolongs a token.", Fields = [TokenField, Increment], Write = RenewAsync },
        new("renew-accessor") { Summary = "Prolongs the token with an accessor.", Fields = [AccessorField, Increment], Write = RenewAccessorAsync },
        new("revoke-self") { Summary = "Revokes the caller's token and all below it.", Write = RevokeSelfAsync },
        new("revoke") { Summary = "Revokes a token and all below it.", Fields = [TokenField], Write = RevokeAsync },
        new("revoke-accessor") { Summary = "Revokes the token with an accessor and all below it.", Fields = [AccessorField], Write = RevokeAccessorAsync },
        new("revoke-orphan") { Summary = "Revokes a token; its children live on as orphans.", Fields = [TokenField], Sudo = true, Write = RevokeOrphanAsync },
        new("accessors") { Summary = "Lists the accessors of all tokens.", Sudo = true, List = AccessorsAsync },
        new("tidy") { Summary = "Looks for what crashes left behind; leases and tokens tidy themselves.", Write = Tidy },
    ];

    private async ValueTask<Reply> LookupSelfAsync(Call call) =>
        await CurrentAsync(call) is { } token ? TokenJson.Lookup(token, call.Request.Token!, call.Now) : Reply.Refuse(403, "bad token");

    private async ValueTask<Reply> LookupAsync(Call call)
    {
        var secret = call.Fields.String("token") ?? "";
        if (secret.Length == 0) return await LookupSelfAsync(call);
        return await tokens.FindAsync(call.Request.Namespace, secret, call.Cancel) is { } token
            ? TokenJson.Lookup(token, secret, call.Now)
            : Reply.Refuse(403, "bad token");
    }

    private async ValueTask<Reply> LookupAccessorAsync(Call call) =>
        await ByAccessorAsync(call) is { } token ? TokenJson.Lookup(token, "", call.Now) : InvalidAccessor();

    private async ValueTask<Reply> RenewSelfAsync(Call call) =>
        await CurrentAsync(call) is { } token ? Prolong(call, token, call.Request.Token!) : Reply.BadRequest("token not found");

    private async ValueTask<Reply> RenewAsync(Call call)
    {
        var secret = call.Fields.String("token") ?? "";
        if (secret.Length == 0) return Reply.BadRequest("missing token");
        return await ReadAsync(call, secret) is { } token ? Prolong(call, token, secret) : Reply.BadRequest("token not found");
    }

    private async ValueTask<Reply> RenewAccessorAsync(Call call) =>
        await ByAccessorAsync(call) is { } token ? Prolong(call, token, "") : InvalidAccessor();

    private Reply Prolong(Call call, Token token, string secret)
    {
        if (token.Type == TokenType.Batch) return Reply.BadRequest("batch tokens cannot be renewed");
        if (!token.Renewable) return Reply.BadRequest("lease is not renewable");
        var mount = mounts.Route(token.Path, out _)?.Mount;
        var warnings = new List<string>();
        var block = tokens.Renew(call.Transaction, token, mount, call.Fields.Duration("increment") ?? TimeSpan.Zero, secret, warnings);
        return new Reply { AuthBlock = block, Renewed = true, Warnings = warnings };
    }

    private async ValueTask<Reply> RevokeSelfAsync(Call call)
    {
        if (call.Token!.Type == TokenType.Batch) return Reply.BadRequest("batch tokens cannot be revoked");
        if (await CurrentAsync(call) is { } token) revoker.Revoke(call.Transaction, token);
        return Reply.Empty();
    }

    private async ValueTask<Reply> RevokeAsync(Call call)
    {
        var secret = call.Fields.String("token") ?? "";
        if (secret.Length == 0) return Reply.BadRequest("missing token ID");
        if (secret.StartsWith(TokenStore.BatchPrefix, StringComparison.Ordinal)) return Reply.BadRequest("batch tokens cannot be revoked");
        if (await ReadAsync(call, secret) is { } token) revoker.Revoke(call.Transaction, token);
        return Reply.Empty();
    }

    private async ValueTask<Reply> RevokeAccessorAsync(Call call)
    {
        if (await ByAccessorAsync(call) is not { } token) return InvalidAccessor();
        revoker.Revoke(call.Transaction, token);
        return Reply.Empty();
    }

    private async ValueTask<Reply> RevokeOrphanAsync(Call call)
    {
        var secret = call.Fields.String("token") ?? "";
        if (secret.Length == 0) return Reply.BadRequest("missing token ID");
        if (await ReadAsync(call, secret) is not { } token) return Reply.BadRequest("token to revoke not found");
        if (token.Type == TokenType.Batch) return Reply.BadRequest("batch tokens cannot be revoked");
        revoker.RevokeAndOrphan(call.Transaction, token);
        return Reply.Empty();
    }

    private async ValueTask<Reply> AccessorsAsync(Call call) =>
        Reply.Keys(await tokens.AccessorsAsync(call.Transaction, call.Request.Namespace, int.MaxValue));

    private static ValueTask<Reply> Tidy(Call call) => ValueTask.FromResult(new Reply
    {
        Status = 202,
        Warnings = { "Tidy operation successfully started. Expired tokens and leases are removed as they fall due; nothing waits for a tidy." },
    });

    /// <summary>The caller's token as the transaction sees it; a batch token as it is.</summary>
    private static async ValueTask<Token?> CurrentAsync(Call call) => call.Token!.Type == TokenType.Batch
        ? call.Token
        : await TokenStore.ReadAsync(call.Transaction, call.Request.Namespace, call.Token.Id);

    private async ValueTask<Token?> ReadAsync(Call call, string secret)
    {
        if (secret.StartsWith(TokenStore.BatchPrefix, StringComparison.Ordinal))
            return await tokens.FindAsync(call.Request.Namespace, secret, call.Cancel);
        var token = await TokenStore.ReadAsync(call.Transaction, call.Request.Namespace, tokens.IdOf(secret));
        return tokens.IsLive(token) ? token : null;
    }

    private ValueTask<Token?> ByAccessorAsync(Call call) =>
        tokens.ReadByAccessorAsync(call.Transaction, call.Request.Namespace, call.Fields.String("accessor") ?? "");

    private static Reply InvalidAccessor() => Reply.BadRequest("1 error occurred:\n\t* invalid accessor\n\n");
}
