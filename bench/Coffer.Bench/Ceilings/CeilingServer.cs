using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Coffer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Coffer.Bench.Ceilings;

/// <summary>
/// A Kestrel with nothing behind it, in a process of its own. <c>/bare</c> returns the given bytes; <c>/sealed</c> decrypts them first and
/// answers only when a record of 420 bytes is on the disk, which no audited read can go below.
/// </summary>
internal sealed class CeilingServer : IAsyncDisposable
{
    public const string Verb = "ceiling";
    private const int RecordLength = 420;

    private readonly Process process;

    private CeilingServer(Process process, int port)
    {
        this.process = process;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts the process; <paramref name="directory"/> is on the file system to be measured.</summary>
    public static async Task<CeilingServer> StartAsync(byte[] body, TempDirectory directory)
    {
        var bodyFile = directory.File("ceiling.body");
        await File.WriteAllBytesAsync(bodyFile, body);
        var port = FreePort.Next();
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Verb, $"{port}", bodyFile, directory.File("ceiling.log")])
        {
            RedirectStandardOutput = true,
        };
        var server = new CeilingServer(Process.Start(start)!, port);
        await server.process.StandardOutput.ReadLineAsync();
        return server;
    }

    /// <summary>The process itself.</summary>
    public static async Task ServeAsync(int port, string bodyFile, string logFile)
    {
        var body = await File.ReadAllBytesAsync(bodyFile);
        var log = new GroupLog(logFile);       // lives as long as the process
        var sealedBody = SealedBody.Of(body);
        var record = RandomNumberGenerator.GetBytes(RecordLength);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Listen(IPAddress.Loopback, port);
        });
        await using var app = builder.Build();
        Func<byte[], Task> append = log.AppendAsync;
        app.Run(context => context.Request.Path.Value == "/bare" ? BareAsync(context, body) : SealedAsync(context, sealedBody, record, append));
        app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("ready"));
        await app.RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static Task BareAsync(HttpContext context, byte[] body)
    {
        Describe(context.Response, body.Length);
        context.Response.BodyWriter.Write(body);
        return Task.CompletedTask;
    }

    private static async Task SealedAsync(HttpContext context, SealedBody body, byte[] record, Func<byte[], Task> append)
    {
        Describe(context.Response, body.Length);
        body.Open(context.Response.BodyWriter.GetSpan(body.Length));
        await append(record);
        context.Response.BodyWriter.Advance(body.Length);
    }

    private static void Describe(HttpResponse response, int length)
    {
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        response.ContentLength = length;
    }
}
