using System.Buffers;
using System.Security.Cryptography;

namespace Coffer.Core;

/// <summary>
/// A growing buffer for plaintext. Its memory is pinned, so that the collector leaves no copies behind, pooled, and zeroed when it
/// grows, is cleared or disposed of. Not for use by several threads at once.
/// </summary>
public sealed class SecretBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[]? memory;
    private int count;

    public SecretBuffer(int capacity = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        memory = PinnedPool.Rent(capacity);
    }

    /// <summary>How many bytes have been written.</summary>
    public int Count => count;

    public ReadOnlyMemory<byte> WrittenMemory => Memory.AsMemory(0, count);

    public ReadOnlySpan<byte> WrittenSpan => Memory.AsSpan(0, count);

    private byte[] Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(memory is null, this);
            return memory;
        }
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Memory.Length - this.count);
        this.count += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return Memory.AsMemory(count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return Memory.AsSpan(count);
    }

    /// <summary>Takes the next <paramref name="length"/> bytes as written and returns them to be filled.</summary>
    public Span<byte> Append(int length)
    {
        var span = GetSpan(length)[..length];
        Advance(length);
        return span;
    }

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Append(bytes.Length));

    /// <summary>Zeroes what was written and starts anew.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(Memory);
        count = 0;
    }

    public void Dispose()
    {
        var rented = memory;
        memory = null;
        count = 0;
        if (rented is not null)
            PinnedPool.Return(rented);
    }

    /// <summary>The length only: the content is secret.</summary>
    public override string ToString() => $"SecretBuffer({count})";

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var old = Memory;
        var needed = Math.Max(sizeHint, 1);
        if (old.Length - count >= needed)
            return;
        var grown = PinnedPool.Rent(Math.Max(checked(count + needed), (int)Math.Min(old.Length * 2L, Array.MaxLength)));
        old.AsSpan(0, count).CopyTo(grown);
        memory = grown;
        PinnedPool.Return(old);
    }
}
