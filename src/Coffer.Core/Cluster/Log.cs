using Microsoft.Extensions.Logging;

namespace Coffer.Core.Cluster;

internal static partial class Log
{
    [LoggerMessage(1101, LogLevel.Warning, "The change log can't be followed: {Reason}")]
    public static partial void FollowingFailed(ILogger logger, string reason);

    [LoggerMessage(1102, LogLevel.Warning, "A due entry of class {Class} at {Key} failed and is tried again: {Reason}")]
    public static partial void DueFailed(ILogger logger, string @class, string key, string reason);
}
