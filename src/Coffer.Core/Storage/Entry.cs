namespace Coffer.Core.Storage;

/// <summary>What a due entry is about. Each class has its own index, quota and backoff.</summary>
public enum DueClass
{
    Lease = 1,
    Token = 2,
    Wrap = 3,
    Kv = 4,
    Rotation = 5,
    Review = 6,
    Intent = 7,
    Sweep = 8,
}

/// <summary>When an entry wants to be looked at. It only wakes: the expiry that counts is inside the sealed value.</summary>
public readonly record struct Due(DueClass Class, DateTimeOffset At);

/// <summary>
/// One stored entry. <paramref name="Version"/> is the position in the change log of the commit that wrote it, so it never comes again,
/// not even after a delete. A driver sees only ciphertext in <paramref name="Value"/>.
/// </summary>
public sealed record Entry(EntryKey Key, ReadOnlyMemory<byte> Value, long Version, Due? Due = null);
