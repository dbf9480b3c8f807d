namespace Coffer.Core.Storage;

/// <summary>The store can't be reached, or refuses writes (disk full) for now. The pipeline answers 503 with the message; a retry may pass.</summary>
public sealed class StorageUnavailableException(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>A flush failed: what the disk holds is unknown, so this node serves nothing more until it is restarted.</summary>
public sealed class StorageFailedException(string reason, Exception? inner = null) : Exception(reason, inner);
