namespace Coffer.Core.Audit;

/// <summary>How much the index of the audit logs keeps. The logs themselves keep everything.</summary>
public sealed record AuditIndexLimits
{
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Rows of one node; the oldest make way.</summary>
    public long MaxRows { get; init; } = 1_000_000;
}
