namespace Coffer.Core.Audit;

/// <summary>The trail can't be written for now (its disk is full): nothing is served that would have to stand in it.</summary>
public sealed class AuditUnavailableException(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>A flush of the trail failed: what is on disk is unknown, so this node serves nothing more until it is restarted.</summary>
public sealed class AuditFailedException(string reason, Exception? inner = null) : Exception(reason, inner);
