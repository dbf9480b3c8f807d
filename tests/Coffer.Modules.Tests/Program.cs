using Coffer.Modules.Tests.Snapshots;
using Coffer.Modules.Tests.Storage;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Coffer.Modules.Tests;

/// <summary>The test runner; and, named by a first argument, what must be a process of its own.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => args switch
    {
        ["storage-writer", var path] => LedgerWriter.RunAsync(path, LedgerWriter.Writers),
        ["storage-one-writer", var path] => LedgerWriter.RunAsync(path, 1),
        ["storage-restorer", var path] => LedgerWriter.RestoreAsync(path),
        ["snapshot-restorer", var place, var key, var folder] => KilledRestore.RunAsync(place, key, folder),
        ["storage-throughput", .. var where] => StorageThroughput.RunAsync(where),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
