using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.Seals;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/init</c>, <c>sys/unseal</c>, <c>sys/seal</c> and <c>sys/seal-status</c>.</summary>
internal sealed class SealApi(Keyholder keys, Func<CancellationToken, ValueTask<string>> fill, Func<ValueTask> seal, StatusFields common)
{
    private static readonly Field[] InitFields =
    [
        Field.Integer("secret_shares", "How many shares the unseal key is split into."),
        Field.Integer("secret_threshold", "How many of them unseal."),
        Field.Integer("recovery_shares", "How many shares the recovery key is split into, with a seal that opens by itself; 0 for none."),
        Field.Integer("recovery_threshold", "How many of them recover."),
        Field.Integer("stored_shares", "Takes no part: a seal that opens by itself keeps its root key."),
        Field.StringList("pgp_keys", "Refused: shares are not encrypted here."),
        Field.StringList("recovery_pgp_keys", "Refused: shares are not encrypted here."),
        Field.String("root_token_pgp_key", "Refused: the token is not encrypted here."),
    ];

    private static readonly Field[] UnsealFields =
    [
        Field.String("key", "A share in hex or base64."),
        Field.Boolean("reset", "Forgets the shares submitted so far."),
        Field.Boolean("migrate", "Hands the root key to the configured seal as well."),
    ];

    public IEnumerable<PathDescription> Paths =>
    [
        new("init")
        {
            Summary = "Whether the server is initialized; initializes it.", Fields = InitFields, Unauthenticated = true, WhileSealed = true,
            HideBody = true, Read = ReadAsync, Write = InitializeAsync,
        },
        new("seal-status") { Summary = "The state of the seal.", Unauthenticated = true, WhileSealed = true, Unaudited = true, Read = StatusAsync },
        new("unseal")
        {
            Summary = "Takes a share of the unseal key.", Fields = UnsealFields, Unauthenticated = true, WhileSealed = true, HideBody = true,
            Write = UnsealAsync,
        },
        new("seal") { Summary = "Forgets the keys: nothing is served before the next unsealing.", Sudo = true, ActsOutside = true, Write = Seal },
    ];

    private async ValueTask<Reply> ReadAsync(Call call)
    {
        var status = await keys.StatusAsync(call.Cancel);
        return Reply.Json(w => w.WriteBoolean("initialized"u8, status.Initialized), Envelope.Bare);
    }

    private async ValueTask<Reply> InitializeAsync(Call call)
    {
        if (Pgp.Refusal(call.Fields, "pgp_keys", "recovery_pgp_keys", "root_token_pgp_key") is { } refusal) return refusal;
        int Number(string name) => (int)Math.Clamp(call.Fields.Integer(name) ?? 0, -1, int.MaxValue);
        var asked = new InitShares(Number("secret_shares"), Number("secret_threshold"), Number("recovery_shares"), Number("recovery_threshold"));
        string? rootToken = null;
        // From here on a client that hangs up cancels nothing: half an initialization would be of no use to anybody.
        var (made, reason) = await keys.InitializeAsync(asked, async _ => rootToken = await fill(CancellationToken.None), CancellationToken.None);
        if (made is null) return Reply.BadRequest(reason!);
        return Reply.Json(
            w =>
            {
                ShareJson.Write(w, "keys", "keys_base64", made.Secret);
                if (made.Recovery.Count > 0) ShareJson.Write(w, "recovery_keys", "recovery_keys_base64", made.Recovery);
                w.WriteString("root_token"u8, rootToken);
            },
            Envelope.Bare);
    }

    private async ValueTask<Reply> StatusAsync(Call call) => Answer(await keys.StatusAsync(call.Cancel));

    private async ValueTask<Reply> UnsealAsync(Call call)
    {
        var key = call.Fields.String("key") ?? "";
        var reset = call.Fields.Boolean("reset") ?? false;
        if (key.Length == 0 && !reset) return Reply.BadRequest("'key' must be specified in request body as JSON, or 'reset' set to true");
        var (status, refusal) = reset
            ? await keys.ResetAsync(call.Cancel)
            : await keys.SubmitShareAsync(key, call.Fields.Boolean("migrate") ?? false, call.Cancel);
        return status is null ? Reply.BadRequest(refusal!) : Answer(status);
    }

    // Only when its answer is in the trail: afterwards nothing can be recorded.
    private ValueTask<Reply> Seal(Call call) => new(new Reply { Status = 204, Afterwards = seal });

    private Reply Answer(SealStatus status) => Reply.Json(
        w =>
        {
            w.WriteString("type"u8, status.Type);
            w.WriteBoolean("initialized"u8, status.Initialized);
            w.WriteBoolean("sealed"u8, status.Sealed);
            w.WriteNumber("t"u8, status.Threshold);
            w.WriteNumber("n"u8, status.Shares);
            w.WriteNumber("progress"u8, status.Progress);
            w.WriteString("nonce"u8, status.Nonce);
            common.Write(w, status.Sealed);
            w.WriteString("build_date"u8, "");
            w.WriteBoolean("migration"u8, status.Migration);
            w.WriteBoolean("recovery_seal"u8, status.RecoverySeal);
            w.WriteString("storage_type"u8, common.StorageType);
        },
        Envelope.Bare);
}

/// <summary>Shares as Vault writes them: once in hex, once in base64.</summary>
internal static class ShareJson
{
    public static void Write(Utf8JsonWriter w, string hexName, string base64Name, IReadOnlyList<byte[]> shares)
    {
        w.WriteStartArray(hexName);
        foreach (var share in shares) w.WriteStringValue(Convert.ToHexStringLower(share));
        w.WriteEndArray();
        w.WriteStartArray(base64Name);
        foreach (var share in shares) w.WriteBase64StringValue(share);
        w.WriteEndArray();
    }
}

/// <summary>Vault can encrypt shares and tokens to PGP keys; Coffer says that it does not rather than hand them out in the clear.</summary>
internal static class Pgp
{
    public static Reply? Refusal(Fields fields, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (fields.Has(name) && (name.EndsWith("key", StringComparison.Ordinal) ? fields.String(name)!.Length : fields.StringList(name)!.Count) > 0)
                return Reply.BadRequest($"{name} is not offered: Coffer does not encrypt to PGP keys. Leave it out");
        }
        return null;
    }
}
