namespace Coffer.Core.Audit;

/// <summary>The log on disk is not the one that was written: the message names the file and the entry. It is not opened.</summary>
public sealed class AuditTamperedException : Exception
{
    public AuditTamperedException(string file, long index, string message) : base(message) => (File, Index) = (file, index);

    /// <summary>The file that contradicts.</summary>
    public string File { get; }

    /// <summary>The first entry that may be concerned.</summary>
    public long Index { get; }
}
