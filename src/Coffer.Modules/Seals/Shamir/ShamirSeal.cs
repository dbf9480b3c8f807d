using Coffer.Core.Seals;

namespace Coffer.Modules.Seals.Shamir;

/// <summary>The root key under the key that the operators' shares make: nothing on the machine opens it.</summary>
public sealed class ShamirSeal : ISeal
{
    public string Type => "shamir";

    public bool IsUnattended => false;

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> shareKey, CancellationToken cancel = default) =>
        new(KeyWrap.Wrap(Type, shareKey.Span, payload.Span));

    public ValueTask<byte[]?> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> shareKey, CancellationToken cancel = default) =>
        new(KeyWrap.Unwrap(Type, shareKey.Span, wrapped.Span));
}
