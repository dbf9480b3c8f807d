namespace Coffer.TestKit;

/// <summary>How a <see cref="CofferProcess"/> is to be started.</summary>
public sealed record CofferOptions
{
    /// <summary>In memory, unsealed, with <c>secret/</c>: <c>--dev</c>.</summary>
    public static CofferOptions Dev { get; } = new() { IsDev = true };

    /// <summary>A database file in the server's own directory.</summary>
    public static CofferOptions Sqlite { get; } = new();

    /// <summary>The id of the root token: given to <c>--dev</c>, or made after initialisation.</summary>
    public string RootToken { get; init; } = "root";

    public bool IsDev { get; init; }

    /// <summary>Leave a server with storage as it starts: neither initialised nor unsealed.</summary>
    public bool Uninitialised { get; init; }

    /// <summary>The URL of the database for <c>storage "postgresql"</c>; null is <c>storage "sqlite"</c>.</summary>
    public Uri? Postgres { get; init; }

    /// <summary>Where the server keeps its files; a temporary directory of its own where null. Outlives the process.</summary>
    public string? Directory { get; init; }

    /// <summary>Where the server keeps its audit log; below its own directory where null.</summary>
    public string? AuditDirectory { get; init; }

    /// <summary>Lines added to the generated configuration.</summary>
    public string Configuration { get; init; } = "";

    /// <summary>A program and its arguments that start the server in their turn, such as <c>strace -f …</c>.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>Environment variables on top of the test's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Start with unseal keys of a server that shares this storage, instead of initialising it.</summary>
    public IReadOnlyList<string> UnsealKeys { get; init; } = [];
}
