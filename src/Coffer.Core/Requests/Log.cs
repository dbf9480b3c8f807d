using Microsoft.Extensions.Logging;

namespace Coffer.Core.Requests;

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Warning, "Request {Id} can't be served: {Reason}")]
    public static partial void Unavailable(ILogger logger, string id, string reason, Exception failure);

    [LoggerMessage(1002, LogLevel.Error, "Request {Id} to {Path} failed")]
    public static partial void Failed(ILogger logger, string id, string path, Exception failure);

    [LoggerMessage(1003, LogLevel.Warning, "The count of encryptions could not be kept up, it is tried again: {Reason}")]
    public static partial void NotMaintained(ILogger logger, string reason, Exception failure);
}
