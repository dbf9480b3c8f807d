namespace Coffer.Server;

/// <summary>All that the server itself logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "request {Id} failed")]
    public static partial void RequestFailed(ILogger log, string id, Exception error);
}
