using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.TestKit;

/// <summary>
/// A running <c>cofferd</c>: the program as it ships, in a process of its own. With storage it is initialised with one unseal key, unsealed
/// at every start, and brought to what <c>--dev</c> starts with: a root token of a known id and kv version 2 at <c>secret/</c>.
/// </summary>
public sealed class CofferProcess : IAsyncDisposable
{
    private readonly CofferOptions options;
    private readonly TempDirectory? temporary;
    private readonly StringBuilder output = new();
    private readonly List<CofferApi> apis = [];
    private Process? process;

    private CofferProcess(CofferOptions options)
    {
        this.options = options;
        temporary = options.Directory is null ? new TempDirectory() : null;
        Directory = options.Directory ?? temporary!.Path;
        Port = FreePort.Next();
        Address = new Uri($"http://127.0.0.1:{Port}");
        Anonymous = Api(null);
        Root = Api(options.RootToken);
        UnsealKeys = options.UnsealKeys;
    }

    public int Port { get; }

    public Uri Address { get; }

    /// <summary>Where the server keeps its files.</summary>
    public string Directory { get; }

    /// <summary>Where the server keeps its audit log.</summary>
    public string AuditDirectory => options.AuditDirectory ?? Path.Combine(Directory, "audit");

    public string RootToken => options.RootToken;

    public IReadOnlyList<string> UnsealKeys { get; private set; }

    /// <summary>Requests with the root token.</summary>
    public CofferApi Root { get; }

    /// <summary>Requests without a token.</summary>
    public CofferApi Anonymous { get; }

    /// <summary>The process started: the server, or its wrapper.</summary>
    public int ProcessId => process?.Id ?? throw new InvalidOperationException("cofferd is not running");

    public bool HasExited => process is null || process.HasExited;

    /// <summary>Both output streams of all starts so far.</summary>
    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    public static async Task<CofferProcess> StartAsync(CofferOptions options)
    {
        var server = new CofferProcess(options);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Requests with another token.</summary>
    public CofferApi Api(string? token)
    {
        var api = new CofferApi(Address, token);
        apis.Add(api);
        return api;
    }

    /// <summary>Starts the stopped or killed server with the same files, address and configuration, and unseals it.</summary>
    public async Task StartAgainAsync()
    {
        var health = await StartSealedAsync();
        if (options.IsDev || options.Uninitialised)
            return;
        var firstStart = health.Status == HttpStatusCode.NotImplemented;
        if (firstStart)
            await InitialiseAsync();
        else if (health.Status == HttpStatusCode.ServiceUnavailable)
            await UnsealAsync();
        var ready = await Anonymous.GetAsync("sys/health");
        if (ready.Status != HttpStatusCode.OK)
            throw new InvalidOperationException($"cofferd is not ready: {(int)ready.Status} {ready.Text}\n{Output}");
    }

    /// <summary>Starts the server and waits for its first answer, without unsealing it.</summary>
    public async Task<CofferAnswer> StartSealedAsync()
    {
        Launch();
        return await WaitForAnswerAsync();
    }

    public async Task UnsealAsync()
    {
        foreach (var key in UnsealKeys)
            (await Anonymous.PutAsync("sys/unseal", new JsonObject { ["key"] = key })).OrThrow();
    }

    /// <summary>Kill -9: no time to flush or say goodbye.</summary>
    public async Task KillAsync()
    {
        if (process is null)
            return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Asks the server to stop and gives its exit status.</summary>
    public async Task<int> StopAsync()
    {
        if (process is null)
            throw new InvalidOperationException("cofferd is not running");
        process.Send(Signals.Terminate);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(limit.Token);
        var status = process.ExitCode;
        process.Dispose();
        process = null;
        return status;
    }

    public void Signal(int signal) => process?.Send(signal);

    /// <summary>Waits until <c>sys/health</c> answers anything, and gives that answer.</summary>
    public async Task<CofferAnswer> WaitForAnswerAsync(TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (HasExited)
                throw new InvalidOperationException($"cofferd ended:\n{Output}");
            try
            {
                return await Anonymous.GetAsync("sys/health");
            }
            catch (HttpRequestException) when (clock.Elapsed < (limit ?? TimeSpan.FromSeconds(30)))
            {
                await Task.Delay(10);
            }
            catch (HttpRequestException e)
            {
                throw new TimeoutException($"cofferd does not answer:\n{Output}", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        foreach (var api in apis)
            api.Dispose();
        temporary?.Dispose();
    }

    private void Launch()
    {
        string[] arguments = options.IsDev
            ? ["--dev", "--dev-no-store-token", $"--dev-root-token-id={RootToken}", $"--dev-listen-address=127.0.0.1:{Port}"]
            : ["--config", WriteConfiguration()];
        string[] command = [.. options.Wrapper, Repository.Server, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in options.Environment)
            start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Command.Keep(output, e.Data);
        process.ErrorDataReceived += (_, e) => Command.Keep(output, e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private string WriteConfiguration()
    {
        var storage = options.Postgres is { } url
            ? $$"""storage "postgresql" { connection_url = "{{url}}" }"""
            : $$"""storage "sqlite" { path = "{{Path.Combine(Directory, "coffer.db")}}" }""";
        var file = Path.Combine(Directory, "coffer.hcl");
        File.WriteAllText(file, $$"""
            listener "tcp" {
              address     = "127.0.0.1:{{Port}}"
              tls_disable = true
            }
            {{storage}}
            audit { path = "{{AuditDirectory}}" }
            api_addr      = "{{Address.ToString().TrimEnd('/')}}"
            disable_mlock = true
            {{options.Configuration}}

            """);
        return file;
    }

    /// <summary>What a dev server does for itself: one key, a root token of the given id in place of the first one, kv at secret/.</summary>
    private async Task InitialiseAsync()
    {
        var init = (await Anonymous.PutAsync("sys/init", new JsonObject { ["secret_shares"] = 1, ["secret_threshold"] = 1 })).OrThrow();
        UnsealKeys = [init.String("keys.0")];
        await UnsealAsync();
        var first = Api(init.String("root_token"));
        var grant = new JsonObject { ["id"] = RootToken, ["policies"] = new JsonArray("root"), ["no_parent"] = true, ["no_default_policy"] = true };
        (await first.PostAsync("auth/token/create", grant)).OrThrow();
        (await first.PostAsync("auth/token/revoke-self")).OrThrow();
        var mount = new JsonObject
        {
            ["type"] = "kv",
            ["description"] = "key/value secret storage",
            ["options"] = new JsonObject { ["version"] = "2" },
        };
        (await Root.PostAsync("sys/mounts/secret", mount)).OrThrow();
    }
}
