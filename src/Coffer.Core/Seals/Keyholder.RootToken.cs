using System.Security.Cryptography;
using System.Text;

namespace Coffer.Core.Seals;

// A new root token for whoever has enough shares.
public sealed partial class Keyholder
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private Generation? generation;

    /// <summary>The state of the root generation; <paramref name="tokenLength"/> is that of a root token and its one-time pad, in characters.</summary>
    public ValueTask<Outcome<RootGeneration>> RootGenerationAsync(int tokenLength, bool privileged, CancellationToken cancel = default) =>
        WhileUnsealedAsync<RootGeneration>(config =>
        {
            var status = Describe(generation, config, tokenLength);
            return new(privileged ? status : status with { Nonce = "" });
        }, cancel);

    /// <summary>Starts one. Without a one-time pad of the caller's one is made and told in this answer only.</summary>
    public ValueTask<Outcome<RootGeneration>> StartRootGenerationAsync(int tokenLength, string? otp, CancellationToken cancel = default) =>
        WhileUnsealedAsync<RootGeneration>(config =>
        {
            if (config.Threshold == 0)
                return new(new Refused("there is no recovery key to generate a root token with"));
            if (generation is not null)
                return new(new Refused("root generation already in progress"));
            if (!string.IsNullOrEmpty(otp) && (otp.Length != tokenLength || !Ascii.IsValid(otp)))
                return new(new Refused("OTP string is wrong length"));
            var own = string.IsNullOrEmpty(otp);
            generation = new Generation(own ? RandomNumberGenerator.GetString(Alphabet, tokenLength) : otp!, clock.GetTimestamp());
            return new(Describe(generation, config, tokenLength) with { Otp = own ? generation.Otp : "" });
        }, cancel);

    /// <inheritdoc cref="CancelRekeyAsync"/>
    public ValueTask<Outcome<RootGeneration>> CancelRootGenerationAsync(
        int tokenLength, string? nonce, bool privileged, CancellationToken cancel = default) =>
        WhileUnsealedAsync<RootGeneration>(config =>
        {
            if (generation is not null && !privileged && !SameNonce(generation.Shares.Nonce, nonce))
                return new(new Refused("the nonce of the root generation in progress is needed to cancel it"));
            ForgetRootGeneration();
            return new(Describe(generation, config, tokenLength));
        }, cancel);

    /// <summary>Takes one share; after the last <paramref name="makeToken"/> makes the root token, which is answered under the one-time pad.</summary>
    public ValueTask<Outcome<RootGeneration>> UpdateRootGenerationAsync(
        string nonce, string key, Func<CancellationToken, ValueTask<string>> makeToken, CancellationToken cancel = default) =>
        WhileUnsealedAsync<RootGeneration>(async config =>
        {
            if (generation is not { } attempt)
                return new Refused("no root generation in progress");
            if (!SameNonce(attempt.Shares.Nonce, nonce))
                return new Refused(WrongNonce);
            var (share, refusal) = ReadShare(key, config);
            if (share is null)
                return new Refused(refusal!);
            attempt.TouchedAt = clock.GetTimestamp();
            attempt.Shares.Add(share);
            var status = Describe(attempt, config, 0);
            if (attempt.Shares.Progress < config.Threshold)
                return status;

            using var proven = await TryProveAsync(config, attempt.Shares, cancel);
            attempt.Shares.Dispose();
            if (proven is null)
                return new Refused("root generation failed: " + NoFit);
            var token = await makeToken(cancel);
            ForgetRootGeneration();
            return status with { Complete = true, EncodedToken = Encode(token, attempt.Otp) };
        }, cancel);

    internal static string Encode(string token, string otp)
    {
        var bytes = Encoding.ASCII.GetBytes(token);
        if (bytes.Length != otp.Length)
            throw new InvalidOperationException("the root token and its one-time pad differ in length");
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] ^= (byte)otp[i];
        return Convert.ToBase64String(bytes).TrimEnd('=');
    }

    private void ForgetRootGeneration()
    {
        generation?.Shares.Dispose();
        generation = null;
    }

    private static RootGeneration Describe(Generation? attempt, SealConfig config, int tokenLength) => new(
        attempt is not null, attempt?.Shares.Nonce ?? "", attempt?.Shares.Progress ?? 0, config.Threshold, false, "", "", tokenLength);

    private sealed class Generation(string otp, long startedAt)
    {
        public string Otp => otp;

        public long TouchedAt { get; set; } = startedAt;

        public ShareSet Shares { get; } = new();
    }
}
