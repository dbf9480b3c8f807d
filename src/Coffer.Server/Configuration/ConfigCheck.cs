using System.Security.Cryptography;
using Coffer.Server.Http;

namespace Coffer.Server.Configuration;

/// <summary>
/// What <c>--check</c> looks at beyond the files' text: that what they name is there and can be used. It changes nothing.
/// </summary>
internal static class ConfigCheck
{
    public static void Run(ServerConfig config, ConfigProblems problems)
    {
        foreach (var tls in config.Listeners.Select(listener => listener.Tls).OfType<TlsConfig>()) Certificates(tls, problems);
        if (config.Storage is SqliteStorageConfig { Path: { } database }) Writable(database, problems);
        if (config.Audit.Path is { } audit) Folder(audit, problems);
        foreach (var directory in config.Audit.Directories.Where(directory => !Directory.Exists(directory)))
            problems.Add($"audit_directories: {directory} is not there");
        if (!OperatingSystem.IsWindows() && config.Seal is KeyFileSealConfig { Path: var key } && File.Exists(key)
            && (File.GetUnixFileMode(key) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            problems.Add($"seal: {key} may be read by others: chmod 0600 it");
        if (config.PidFile is { } pid) Writable(Path.GetFullPath(pid), problems);
    }

    private static void Certificates(TlsConfig tls, ConfigProblems problems)
    {
        try
        {
            using var identity = TlsIdentity.Load(tls);
            if (identity.Expires < TimeProvider.System.GetUtcNow())
                problems.Add($"{tls.CertificateFile}: the certificate expired on {identity.Expires:yyyy-MM-dd}");
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add($"{tls.CertificateFile}: {e.Message}");
        }
    }

    /// <summary>A file that is there must be writable; of one that is not, the nearest folder that is.</summary>
    private static void Writable(string file, ConfigProblems problems)
    {
        if (!File.Exists(file))
        {
            Folder(Path.GetDirectoryName(file)!, problems);
            return;
        }
        try
        {
            using var opened = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{file}: {e.Message}");
        }
    }

    private static void Folder(string folder, ConfigProblems problems)
    {
        var there = folder;
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } above) there = above;
        try
        {
            var probe = Path.Combine(there, $".coffer-check-{Environment.ProcessId}");
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{folder}: can't be written: {e.Message}");
        }
    }
}
