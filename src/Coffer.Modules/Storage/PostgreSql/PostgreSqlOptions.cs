namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>The options of <c>storage "postgresql"</c>.</summary>
public sealed record PostgreSqlOptions
{
    /// <summary><c>connection_url</c>: a <c>postgres://</c> URL, or a list such as <c>Host=…;Database=…</c>.</summary>
    public required string ConnectionUrl { get; init; }

    /// <summary><c>max_parallel</c>: connections for reads that one node opens at most. Writing and waking take two more.</summary>
    public int MaxParallel { get; init; } = Math.Clamp(4 * Environment.ProcessorCount, 16, 64);

    /// <summary>Commits kept in the change log, at least; a reader further behind is told that it lost some.</summary>
    public int KeepCommits { get; init; } = 100_000;

    public override string ToString() => nameof(PostgreSqlOptions); // the URL holds a password
}
