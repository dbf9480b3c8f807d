namespace Coffer.Core.Seals;

/// <summary>
/// What keeps the root key while the server is down. An unattended seal has a key of its own; another uses the key that the
/// operators' shares make.
/// </summary>
public interface ISeal
{
    /// <summary>The name in the configuration and in <c>seal-status</c>.</summary>
    string Type { get; }

    /// <summary>Whether it opens without operators. Their shares are then for recovery: generate-root, rekey, migration.</summary>
    bool IsUnattended { get; }

    /// <summary>Encrypts a payload. <paramref name="shareKey"/> is empty for an unattended seal.</summary>
    /// <exception cref="SealUnavailableException">The seal's own key can't be had.</exception>
    ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> shareKey, CancellationToken cancel = default);

    /// <summary>The payload, which the caller zeroes; null where the key is the wrong one or the bytes were changed.</summary>
    /// <exception cref="SealUnavailableException">The seal's own key can't be had.</exception>
    ValueTask<byte[]?> UnwrapAsync(ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> shareKey, CancellationToken cancel = default);
}

/// <summary>A seal's own key can't be had: its file is missing or others may read it, its credential is not there.</summary>
public sealed class SealUnavailableException(string reason, Exception? inner = null) : Exception(reason, inner);
