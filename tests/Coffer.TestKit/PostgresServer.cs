using System.Diagnostics;
using System.Globalization;

namespace Coffer.TestKit;

/// <summary>
/// A PostgreSQL of its own on 127.0.0.1, made with initdb in a temporary directory, with fsync on. Run as root it changes to the user
/// <c>postgres</c>, since PostgreSQL refuses root.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly TempDirectory directory = new();
    private readonly string bin = FindBinaries();
    private Process? process;
    private int made;

    private PostgresServer() => Port = FreePort.Next();

    public int Port { get; }

    public static async Task<PostgresServer> StartAsync()
    {
        var server = new PostgresServer();
        var data = server.directory.File("data");
        if (Environment.IsPrivilegedProcess)
            (await Command.RunAsync("chown", ["postgres:postgres", server.directory.Path])).OrThrow();
        await server.RunAsync("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Creates an empty database and gives its URL.</summary>
    public async Task<Uri> CreateDatabaseAsync()
    {
        var name = "coffer" + Interlocked.Increment(ref made).ToString(CultureInfo.InvariantCulture);
        await RunAsync("psql", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "-q", "-c", $"CREATE DATABASE {name}", "postgres");
        return new Uri($"postgres://postgres@127.0.0.1:{Port}/{name}?sslmode=disable");
    }

    /// <summary>Runs one statement and gives what psql prints, unaligned and without headers.</summary>
    public async Task<string> QueryAsync(Uri database, string statement) =>
        await RunAsync("psql", "-At", "-v", "ON_ERROR_STOP=1", "-c", statement, database.ToString());

    public async Task StartAgainAsync()
    {
        var arguments = new List<string>
        {
            "-D", directory.File("data"), "-p", $"{Port}", "-k", directory.Path, "-h", "127.0.0.1",
            "-c", "max_connections=200", "-c", "shared_buffers=128MB",
        };
        process = Process.Start(AsPostgres("postgres", arguments, quiet: true))!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        for (var i = 0; i < 600; i++)
        {
            var ready = await Command.RunAsync(Path.Combine(bin, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", $"{Port}"]);
            if (ready.Status == 0)
                return;
            await Task.Delay(50);
        }
        throw new TimeoutException("PostgreSQL did not get ready");
    }

    /// <summary>Fast shutdown: open transactions are rolled back, connections closed.</summary>
    public async Task StopAsync()
    {
        if (process is null)
            return;
        process.Send(Signals.Interrupt);
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        directory.Dispose();
    }

    private static string FindBinaries() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin"))
                .Where(d => File.Exists(Path.Combine(d, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault() ?? ""
            : "";

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = AsPostgres(program, arguments, quiet: false);
        return (await Command.RunAsync(start.FileName, start.ArgumentList, directory.Path)).OrThrow().Output;
    }

    private ProcessStartInfo AsPostgres(string program, IEnumerable<string> arguments, bool quiet)
    {
        var path = Path.Combine(bin, program);
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
        start.WorkingDirectory = directory.Path;
        start.RedirectStandardOutput = quiet;
        start.RedirectStandardError = quiet;
        return start;
    }
}
