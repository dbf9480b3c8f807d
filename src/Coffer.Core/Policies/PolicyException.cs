namespace Coffer.Core.Policies;

/// <summary>A policy text that is refused. The message is meant for the caller, as Vault words it.</summary>
public sealed class PolicyException(string message, int line = 0) : FormatException(message)
{
    /// <summary>1-based line of the text, or 0 if the whole text is meant.</summary>
    public int Line { get; } = line;
}
