using Coffer.Formats.Hcl;
using Coffer.Server.Configuration;

namespace Coffer.Server.Tests.Configuration;

/// <summary>Configurations written in a test.</summary>
internal static class ConfigTexts
{
    public const string Listener = "listener \"tcp\" {\n  tls_disable = true\n}\n";
    public const string Storage = "storage \"sqlite\" {\n  path = \"/tmp/c.db\"\n}\n";

    public static (ServerConfig? Config, IReadOnlyList<string> Problems) Read(params string[] files)
    {
        var problems = new ConfigProblems();
        var bodies = files.Select((text, i) => ($"{(char)('a' + i)}.hcl", HclDocument.Parse(text))).ToList();
        return (ConfigReader.Read(bodies, problems), problems.All);
    }

    public static ServerConfig Good(params string[] files)
    {
        var (config, problems) = Read(files);
        Assert.Empty(problems);
        return config!;
    }

    /// <summary>The one problem of a configuration that has one.</summary>
    public static string Problem(params string[] files)
    {
        var (config, problems) = Read(files);
        Assert.Null(config);
        return Assert.Single(problems);
    }
}
