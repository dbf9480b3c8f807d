using Coffer.Core.Audit;
using Coffer.Modules.AuditSinks.File;
using Coffer.Modules.AuditSinks.Http;
using Coffer.Modules.AuditSinks.Syslog;

namespace Coffer.Modules.AuditSinks;

/// <summary>What sinks may touch on this machine.</summary>
/// <param name="Directories">The directories below which audit files may be made: <c>audit_directories</c>.</param>
public sealed record AuditSinkEnvironment(IReadOnlyList<string> Directories);

/// <summary>The kinds of audit sink that <c>sys/audit</c> can enable.</summary>
public static class AuditSinkTypes
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["file", "http", "syslog"];

    /// <summary>Makes a sink from its options, and tries it: a file is opened.</summary>
    /// <param name="type">One of <see cref="Names"/>.</param>
    /// <param name="options">As given to the API.</param>
    /// <param name="key">The sink's own HMAC key, of at least 16 bytes; copied.</param>
    /// <param name="environment">What it may touch.</param>
    /// <exception cref="AuditOptionException">The type is unknown, or an option is missing, wrong or unknown.</exception>
    public static (IAuditSink Sink, AuditSinkQueue Queue) Create(
        string type, IReadOnlyDictionary<string, string> options, ReadOnlySpan<byte> key, AuditSinkEnvironment environment)
    {
        var parsed = new SinkOptions(options);
        var hasher = new AuditHasher(key);
        try
        {
            return type switch
            {
                "file" => FileSink.Create(parsed, hasher, environment),
                "http" => HttpSink.Create(parsed, hasher),
                "syslog" => SyslogSink.Create(parsed, hasher),
                _ => throw new AuditOptionException("type", $"unknown backend type: \"{type}\""),
            };
        }
        catch
        {
            hasher.Dispose();
            throw;
        }
    }
}
