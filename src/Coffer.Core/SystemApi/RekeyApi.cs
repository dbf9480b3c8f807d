using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.Seals;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/rekey</c> and <c>sys/rekey-recovery-key</c>: new shares for those who have enough of the old.</summary>
internal sealed class RekeyApi(Keyholder keys, Privilege privilege)
{
    private static readonly Field Nonce = Field.String("nonce", "The nonce that the start of the operation answered.");
    private static readonly Field Key = Field.String("key", "A share in hex or base64.");

    private static readonly Field[] StartFields =
    [
        Field.Integer("secret_shares", "How many shares the new key is split into."),
        Field.Integer("secret_threshold", "How many of them restore it."),
        Field.Boolean("require_verification", "The new shares take effect only once enough of them were given back."),
        Field.StringList("pgp_keys", "Refused: shares are not encrypted here."),
        Field.Boolean("backup", "Refused: it is about shares encrypted to PGP keys."),
        Nonce,
    ];

    public IEnumerable<PathDescription> Paths => [.. Of("rekey", recovery: false), .. Of("rekey-recovery-key", recovery: true)];

    private IEnumerable<PathDescription> Of(string path, bool recovery) =>
    [
        new(path + "/init")
        {
            Summary = "The state of a rekey; starts and cancels one.", Unauthenticated = true, Fields = StartFields,
            Read = async call => Answer(await keys.RekeyStatusAsync(recovery, await privilege.HasAsync(call), call.Cancel)),
            Write = call => StartAsync(call, recovery),
            Delete = async call => Ended(await keys.CancelRekeyAsync(
                recovery, call.Fields.String("nonce"), await privilege.HasAsync(call), call.Cancel)),
        },
        new(path + "/update")
        {
            Summary = "Takes an old share; the last one makes the new ones.", Unauthenticated = true, HideBody = true, ActsOutside = true,
            Fields = [Key, Nonce],
            Write = call => UpdateAsync(call, recovery),
        },
        new(path + "/verify")
        {
            Summary = "Takes a new share; the last one makes the rekey take effect.", Unauthenticated = true, HideBody = true, ActsOutside = true,
            Fields = [Key, Nonce],
            Read = async call => Answer(await keys.VerificationStatusAsync(recovery, await privilege.HasAsync(call), call.Cancel)),
            Write = call => VerifyAsync(call, recovery),
            Delete = async call => Answer(await keys.RestartVerificationAsync(
                recovery, call.Fields.String("nonce"), await privilege.HasAsync(call), call.Cancel)),
        },
    ];

    private async ValueTask<Reply> StartAsync(Call call, bool recovery)
    {
        if (Pgp.Refusal(call.Fields, "pgp_keys") is { } refusal) return refusal;
        if (call.Fields.Boolean("backup") == true) return Reply.BadRequest("backup is not offered: it is about shares encrypted to PGP keys. Leave it out");
        int Number(string name) => (int)Math.Clamp(call.Fields.Integer(name) ?? 0, -1, int.MaxValue);
        return Answer(await keys.StartRekeyAsync(
            recovery, Number("secret_shares"), Number("secret_threshold"), call.Fields.Boolean("require_verification") ?? false, call.Cancel));
    }

    private async ValueTask<Reply> UpdateAsync(Call call, bool recovery)
    {
        var key = call.Fields.String("key") ?? "";
        if (key.Length == 0) return Reply.BadRequest("'key' must be specified in request body as JSON");
        // The shares are told once: a client that hangs up does not stop a commit half way.
        var (progress, refusal) = await keys.UpdateRekeyAsync(recovery, call.Fields.String("nonce") ?? "", key, CancellationToken.None);
        if (progress is null) return Reply.BadRequest(refusal!);
        if (progress.NewShares is not { } shares) return Answer(progress.Status);
        return Reply.Json(
            w =>
            {
                w.WriteString("nonce"u8, progress.Status.Nonce);
                w.WriteBoolean("complete"u8, true);
                ShareJson.Write(w, "keys", "keys_base64", shares);
                Common(w, progress.Status);
            },
            Envelope.Bare);
    }

    private async ValueTask<Reply> VerifyAsync(Call call, bool recovery)
    {
        var key = call.Fields.String("key") ?? "";
        if (key.Length == 0) return Reply.BadRequest("'key' must be specified in request body as JSON");
        var (status, refusal) = await keys.VerifyRekeyAsync(recovery, call.Fields.String("nonce") ?? "", key, CancellationToken.None);
        if (status is null) return Reply.BadRequest(refusal!);
        if (!status.Complete) return Answer(status);
        return Reply.Json(
            w =>
            {
                w.WriteString("nonce"u8, status.Nonce);
                w.WriteBoolean("complete"u8, true);
            },
            Envelope.Bare);
    }

    private static Reply Ended(Outcome<RekeyStatus> outcome) => outcome.Value is null ? Reply.BadRequest(outcome.Refusal!) : Reply.Empty();

    private static Reply Answer(Outcome<RekeyStatus> outcome) => outcome.Value is not { } status
        ? Reply.BadRequest(outcome.Refusal!)
        : Reply.Json(
            w =>
            {
                w.WriteString("nonce"u8, status.Nonce);
                w.WriteBoolean("started"u8, status.Started);
                w.WriteNumber("t"u8, status.Threshold);
                w.WriteNumber("n"u8, status.Shares);
                w.WriteNumber("progress"u8, status.Progress);
                w.WriteNumber("required"u8, status.Required);
                Common(w, status);
            },
            Envelope.Bare);

    private static Reply Answer(Outcome<VerificationStatus> outcome) => outcome.Value is not { } status
        ? Reply.BadRequest(outcome.Refusal!)
        : Reply.Json(
            w =>
            {
                w.WriteString("nonce"u8, status.Nonce);
                w.WriteBoolean("started"u8, status.Started);
                w.WriteNumber("t"u8, status.Threshold);
                w.WriteNumber("n"u8, status.Shares);
                w.WriteNumber("progress"u8, status.Progress);
            },
            Envelope.Bare);

    private static void Common(Utf8JsonWriter w, RekeyStatus status)
    {
        w.WriteNull("pgp_fingerprints"u8);
        w.WriteBoolean("backup"u8, false);
        w.WriteBoolean("verification_required"u8, status.VerificationRequired);
        if (status.VerificationNonce.Length > 0) w.WriteString("verification_nonce"u8, status.VerificationNonce);
    }
}
