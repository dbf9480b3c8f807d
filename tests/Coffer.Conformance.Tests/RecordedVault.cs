using Coffer.Conformance.Tests.Replaying;
using Coffer.TestKit;

namespace Coffer.Conformance.Tests;

/// <summary>Every recorded file, each against a fresh server.</summary>
public static class RecordedVault
{
    /// <summary>Starts from a server that was never initialised; its steps do that themselves.</summary>
    private const string FirstStart = "init-seal";

    /// <summary>One file has the server write an audit log into the system's temporary directory.</summary>
    private const string Configuration = """audit_directories = ["/tmp"]""";

    public static TheoryData<string> Files => [.. Recording.Names];

    internal static async Task ReplayAsync(string file, CofferOptions options)
    {
        await using var server = await CofferProcess.StartAsync(options with
        {
            Uninitialised = file == FirstStart,
            Configuration = Configuration,
        });
        var report = await new Replay(server.Address, server.RootToken).RunAsync(Recording.Load(file));
        TestContext.Current.TestOutputHelper?.WriteLine($"{file}: {report.Summary}");
        Assert.True(report.Differences.Count == 0, $"{file}: {report.Summary}\n{string.Join('\n', report.Differences)}");
    }
}
