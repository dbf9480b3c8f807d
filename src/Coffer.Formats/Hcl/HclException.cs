namespace Coffer.Formats.Hcl;

/// <summary>A document that is not HCL, or not what its reader expected. The message starts with <c>At line:column:</c>.</summary>
public sealed class HclException : FormatException
{
    /// <param name="line">1-based line of the offending token.</param>
    /// <param name="column">1-based column, in UTF-16 units.</param>
    /// <param name="problem">What was expected, and what stood there; never a secret's value.</param>
    public HclException(int line, int column, string problem)
        : base($"At {line}:{column}: {problem}")
    {
        Line = line;
        Column = column;
        Problem = problem;
    }

    /// <summary>1-based line.</summary>
    public int Line { get; }

    /// <summary>1-based column.</summary>
    public int Column { get; }

    /// <summary>The message without its position.</summary>
    public string Problem { get; }
}
