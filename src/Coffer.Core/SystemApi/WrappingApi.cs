using Coffer.Core.Requests;
using Coffer.Core.Tokens;
using Coffer.Core.Wrapping;
using Coffer.Formats;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/wrapping</c>.</summary>
internal sealed class WrappingApi(Wrapper wrapper, TokenRevoker revoker)
{
    private const string Invalid = "wrapping token is not valid or does not exist";
    private const string Nothing = "error validating wrapping token: token is empty";
    private static readonly Field[] Fields = [Field.String("token", "The wrapping token; the caller's where none is given.")];

    public IEnumerable<PathDescription> Paths =>
    [
        new("wrapping/wrap") { Summary = "Wraps the given values.", Write = Wrap },
        new("wrapping/lookup")
        {
            Summary = "Shows where a wrapping token comes from.", Fields = Fields, Unauthenticated = true, Write = LookupAsync, Read = LookupAsync,
        },
        new("wrapping/unwrap") { Summary = "Hands out what is wrapped, once.", Fields = Fields, Unauthenticated = true, Write = UnwrapAsync },
        new("wrapping/rewrap") { Summary = "Wraps the same anew; the old token ends.", Fields = Fields, Write = RewrapAsync },
    ];

    private static ValueTask<Reply> Wrap(Call call) => ValueTask.FromResult(
        call.Request.WrapTtl is not { } ttl || ttl <= TimeSpan.Zero
            ? Reply.BadRequest("endpoint requires response wrapping to be used")
            : new Reply { Data = call.Request.Body.IsEmpty ? "{}"u8.ToArray() : call.Request.Body });

    private async ValueTask<Reply> LookupAsync(Call call)
    {
        if (Secret(call) is not { } secret) return Reply.BadRequest(Nothing);
        if (await wrapper.FindAsync(call.Transaction, call.Request.Namespace, secret) is not { } token) return Reply.BadRequest(Invalid);
        return Reply.Json(w =>
        {
            w.WriteString("creation_path"u8, token.WrappedPath);
            w.WriteString("creation_time"u8, Timestamps.Format(token.Created));
            w.WriteNumber("creation_ttl"u8, (long)token.CreationTtl.TotalSeconds);
        });
    }

    private async ValueTask<Reply> UnwrapAsync(Call call)
    {
        if (Secret(call) is not { } secret) return Reply.BadRequest(Nothing);
        if (await wrapper.FindAsync(call.Transaction, call.Request.Namespace, secret) is not { } token) return Reply.BadRequest(Invalid);
        return await wrapper.UnwrapAsync(call.Transaction, token, revoker) ?? Reply.BadRequest(Invalid);
    }

    private async ValueTask<Reply> RewrapAsync(Call call)
    {
        if (Secret(call) is not { } secret) return Reply.BadRequest(Nothing);
        if (await wrapper.FindAsync(call.Transaction, call.Request.Namespace, secret) is not { } token) return Reply.BadRequest(Invalid);
        if (await wrapper.UnwrapAsync(call.Transaction, token, revoker) is not { } reply) return Reply.BadRequest(Invalid);
        return new Reply
        {
            Data = reply.Data,
            AuthBlock = reply.AuthBlock,
            LeaseBlock = reply.LeaseBlock,
            LeaseDuration = reply.LeaseDuration,
            Warnings = reply.Warnings,
            Rewrap = new Rewrap(token.CreationTtl, token.WrappedPath),
        };
    }

    private static string? Secret(Call call) =>
        call.Fields.String("token") is { Length: > 0 } given ? given : string.IsNullOrEmpty(call.Request.Token) ? null : call.Request.Token;
}
