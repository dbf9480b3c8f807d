namespace Coffer.TestKit;

/// <summary>The checkout that the tests run from, and the programs that were built in it.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The server as it was built beside the running test; <c>COFFERD</c> names another.</summary>
    public static string Server => Environment.GetEnvironmentVariable("COFFERD") is { Length: > 0 } other ? other : Built("Coffer.Server", "cofferd");

    /// <summary>The command line as it was built beside the running test; <c>COFFER_CLI</c> names another.</summary>
    public static string CommandLine => Environment.GetEnvironmentVariable("COFFER_CLI") is { Length: > 0 } other ? other : Built("Coffer.Cli", "coffer");

    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Built(string project, string program)
    {
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        return File("artifacts", "bin", project, configuration, program);
    }

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (System.IO.File.Exists(Path.Combine(at.FullName, "Coffer.slnx")))
                return at.FullName;
        throw new DirectoryNotFoundException("The tests run from inside a checkout of Coffer.");
    }
}
