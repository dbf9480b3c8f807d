using Coffer.Core.Storage;

namespace Coffer.Core;

/// <summary>The keys are not in memory. The pipeline answers 503.</summary>
public sealed class BarrierSealedException() : Exception("Vault is sealed");

/// <summary>The key given is not the one that the keyring was sealed with.</summary>
public sealed class WrongKeyException(string message = "the key does not open the keyring") : Exception(message);

/// <summary>There is a keyring already, or none yet.</summary>
public sealed class InitializationException(string message) : Exception(message);

/// <summary>What is stored at <see cref="Key"/> is not what was written there: changed, moved or truncated.</summary>
public sealed class CorruptEntryException(EntryKey key) : Exception($"the entry {key} is corrupt")
{
    public EntryKey Key { get; } = key;
}

/// <summary>The entry was encrypted under a term that this node's keyring lacks: another node has rotated. Reload and try again.</summary>
public sealed class UnknownTermException(EntryKey key, long term) : Exception($"the entry {key} is of term {term}, which the keyring lacks")
{
    public EntryKey Key { get; } = key;

    public long Term { get; } = term;
}

/// <summary>A term has encrypted as much as one key safely may, and no rotation has come: nothing more is encrypted with it.</summary>
public sealed class KeyExhaustedException(long term) : Exception($"the key of term {term} may encrypt no more; rotate it");
