namespace Coffer.Server;

/// <summary>All that the server itself logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "request {Id} failed")]
    public static partial void RequestFailed(ILogger log, string id, Exception error);

    [LoggerMessage(2, LogLevel.Information, "cofferd {Version} serves Vault {ApiVersion}'s API at {Address}")]
    public static partial void Started(ILogger log, string version, string apiVersion, string address);

    [LoggerMessage(3, LogLevel.Information, "initialised; the root token is in {Folder}")]
    public static partial void Initialised(ILogger log, string folder);

    [LoggerMessage(4, LogLevel.Information, "unsealed")]
    public static partial void Unsealed(ILogger log);

    [LoggerMessage(5, LogLevel.Warning, "sealed: {Reason}")]
    public static partial void StaysSealed(ILogger log, string reason);

    [LoggerMessage(6, LogLevel.Information, "stopping: requests under way may end, up to {Seconds} s")]
    public static partial void Stopping(ILogger log, int seconds);

    [LoggerMessage(7, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger log);

    [LoggerMessage(8, LogLevel.Information, "certificates and audit files opened again")]
    public static partial void Reloaded(ILogger log);

    [LoggerMessage(9, LogLevel.Error, "{File} was not loaded, the certificate from before stays in use: {Problem}")]
    public static partial void CertificateNotReloaded(ILogger log, string file, string problem);

    [LoggerMessage(10, LogLevel.Critical, "cofferd can't start: {Reason}")]
    public static partial void CannotStart(ILogger log, string reason);

    [LoggerMessage(11, LogLevel.Warning, "not hardened: {Gap}")]
    public static partial void NotHardened(ILogger log, string gap);

    [LoggerMessage(12, LogLevel.Error, "an audit file can't be opened anew: {Reason}")]
    public static partial void AuditNotReopened(ILogger log, string reason);
}
