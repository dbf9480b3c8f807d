using Microsoft.Extensions.Logging;

namespace Coffer.Core.Audit;

internal static partial class Log
{
    [LoggerMessage(1201, LogLevel.Error, "The audit device {Path} can't be opened on this node: {Reason}")]
    public static partial void DeviceNotOpened(ILogger logger, string path, string reason);

    [LoggerMessage(1202, LogLevel.Warning, "The audit index is behind by {Entries} entries and goes on later: {Reason}")]
    public static partial void IndexBehind(ILogger logger, long entries, string reason);
}
