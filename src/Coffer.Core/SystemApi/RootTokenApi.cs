using Coffer.Core.Requests;
using Coffer.Core.Seals;
using Coffer.Core.Tokens;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/generate-root</c>: a root token for whoever has enough shares.</summary>
internal sealed class RootTokenApi(Keyholder keys, Privilege privilege, Func<CancellationToken, ValueTask<string>> make)
{
    private const int Length = TokenStore.SecretLength;

    private static readonly Field Nonce = Field.String("nonce", "The nonce that the start of the operation answered.");

    public IEnumerable<PathDescription> Paths =>
    [
        new("generate-root/attempt")
        {
            Summary = "The state of a root generation; starts and cancels one.", Unauthenticated = true, HideBody = true,
            Fields =
            [
                Field.String("otp", "A one-time pad, as long as a token; one is made where it is absent."),
                Field.String("pgp_key", "Refused: the token is not encrypted here."), Nonce,
            ],
            Read = async call => Answer(await keys.RootGenerationAsync(Length, await privilege.HasAsync(call), call.Cancel)),
            Write = StartAsync,
            Delete = CancelAsync,
        },
        new("generate-root/update")
        {
            Summary = "Takes a share; the last one makes the token.", Unauthenticated = true, HideBody = true, ActsOutside = true,
            Fields = [Field.String("key", "A share in hex or base64."), Nonce],
            Write = UpdateAsync,
        },
    ];

    private async ValueTask<Reply> StartAsync(Call call) => Pgp.Refusal(call.Fields, "pgp_key")
        ?? Answer(await keys.StartRootGenerationAsync(Length, call.Fields.String("otp"), call.Cancel));

    private async ValueTask<Reply> CancelAsync(Call call)
    {
        var (state, refusal) = await keys.CancelRootGenerationAsync(
            Length, call.Fields.String("nonce"), await privilege.HasAsync(call), call.Cancel);
        return state is null ? Reply.BadRequest(refusal!) : Reply.Empty();
    }

    private async ValueTask<Reply> UpdateAsync(Call call)
    {
        var key = call.Fields.String("key") ?? "";
        if (key.Length == 0) return Reply.BadRequest("'key' must be specified in request body as JSON");
        return Answer(await keys.UpdateRootGenerationAsync(call.Fields.String("nonce") ?? "", key, make, CancellationToken.None));
    }

    private static Reply Answer(Outcome<RootGeneration> outcome) => outcome.Value is not { } state
        ? Reply.BadRequest(outcome.Refusal!)
        : Reply.Json(
            w =>
            {
                w.WriteString("nonce"u8, state.Nonce);
                w.WriteBoolean("started"u8, state.Started);
                w.WriteNumber("progress"u8, state.Progress);
                w.WriteNumber("required"u8, state.Required);
                w.WriteBoolean("complete"u8, state.Complete);
                w.WriteString("encoded_token"u8, state.EncodedToken);
                w.WriteString("encoded_root_token"u8, state.EncodedToken);
                w.WriteString("pgp_fingerprint"u8, "");
                w.WriteString("otp"u8, state.Otp);
                w.WriteNumber("otp_length"u8, state.OtpLength);
            },
            Envelope.Bare);
}
