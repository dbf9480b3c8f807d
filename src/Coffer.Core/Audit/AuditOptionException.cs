namespace Coffer.Core.Audit;

/// <summary>An option of an audit sink is missing, wrong or unknown.</summary>
public sealed class AuditOptionException(string option, string message) : Exception(message)
{
    /// <summary>Its name.</summary>
    public string Option { get; } = option;
}
