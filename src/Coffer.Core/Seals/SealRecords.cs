namespace Coffer.Core.Seals;

/// <summary>What was asked for, or why it is refused (the caller answers 400 with it).</summary>
public readonly record struct Outcome<T>(T? Value, string? Refusal)
    where T : class
{
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refused refused) => new(null, refused.Reason);
}

/// <summary>Why something is refused.</summary>
public readonly record struct Refused(string Reason);

/// <summary>The state of the seal as <c>seal-status</c> tells it. <paramref name="Nonce"/> is empty without progress.</summary>
public sealed record SealStatus(
    string Type, bool Initialized, bool Sealed, int Threshold, int Shares, int Progress, string Nonce, bool Migration, bool RecoverySeal);

/// <summary>How many shares an initialization is to make: for the unseal key, or for recovery where the seal is unattended (0: none).</summary>
public sealed record InitShares(int SecretShares, int SecretThreshold, int RecoveryShares, int RecoveryThreshold);

/// <summary>The shares, to be shown once and zeroed.</summary>
public sealed record NewShares(IReadOnlyList<byte[]> Secret, IReadOnlyList<byte[]> Recovery)
{
    public override string ToString() => $"NewShares({Secret.Count}, {Recovery.Count})";
}

/// <summary>A rekey under way. <paramref name="Threshold"/> and <paramref name="Shares"/> are of the new key, <paramref name="Required"/> of the old.</summary>
public sealed record RekeyStatus(
    bool Started, string Nonce, int Threshold, int Shares, int Progress, int Required, bool VerificationRequired, string VerificationNonce);

/// <summary>A step of a rekey; <paramref name="NewShares"/> is there once enough old shares have come.</summary>
public sealed record RekeyProgress(RekeyStatus Status, IReadOnlyList<byte[]>? NewShares)
{
    public override string ToString() => $"RekeyProgress({Status}, {NewShares?.Count ?? 0} shares)";
}

/// <summary>The check that the new shares have arrived, before a rekey takes effect.</summary>
public sealed record VerificationStatus(bool Started, string Nonce, int Threshold, int Shares, int Progress, bool Complete);

/// <summary>
/// A root generation under way. <paramref name="Otp"/> is told once, at the start; <paramref name="EncodedToken"/> once, at the end: the
/// token XOR the one-time pad, in base64 without padding.
/// </summary>
public sealed record RootGeneration(
    bool Started, string Nonce, int Progress, int Required, bool Complete, string EncodedToken, string Otp, int OtpLength)
{
    public override string ToString() => $"RootGeneration({Nonce}, {Progress}/{Required})";
}
