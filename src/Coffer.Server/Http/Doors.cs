using System.Net.Sockets;
using Coffer.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Coffer.Server.Http;

/// <summary>The listeners: Kestrel with one catch-all, nothing between the connection and the door.</summary>
internal sealed class Doors : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<(TlsConfig Config, TlsBinding Binding)> identities;

    private Doors(WebApplication app, List<(TlsConfig, TlsBinding)> identities)
    {
        this.app = app;
        this.identities = identities;
    }

    /// <summary>The addresses that are served, with the ports that port 0 became.</summary>
    public IReadOnlyCollection<string> Addresses =>
        [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    /// <summary>Opens all listeners.</summary>
    /// <exception cref="IOException">An address can't be listened on; the message says which and why.</exception>
    public static async Task<Doors> OpenAsync(
        IReadOnlyList<ListenerConfig> listeners, DoorSeams seams, ILoggerFactory logs, CancellationToken cancel = default)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "cofferd" });
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        var identities = new List<(TlsConfig, TlsBinding)>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Limit(kestrel, listeners[0]);
            foreach (var listener in listeners) Listen(kestrel, listener, identities);
        });
        var app = builder.Build();
        var door = new VaultDoor(seams, logs.CreateLogger("coffer.door"));
        app.Run(http => door.HandleAsync(http, ListenerOf.Connection(http)));
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await app.DisposeAsync();
            throw new IOException($"{Addressed(listeners)}: the address is already in use by another program", e);
        }
        catch (SocketException e)
        {
            await app.DisposeAsync();
            throw new IOException($"{Addressed(listeners)}: {e.Message}", e);
        }
        return new Doors(app, identities);
    }

    /// <summary>Reads certificates and keys again. A pair that does not load leaves the present one in use.</summary>
    /// <returns>What did not load, and why.</returns>
    public IReadOnlyList<(string File, string Problem)> ReloadCertificates()
    {
        var problems = new List<(string, string)>();
        foreach (var (config, binding) in identities)
        {
            try
            {
                binding.Identity = TlsIdentity.Load(config);
            }
            catch (Exception e)
            {
                problems.Add((config.CertificateFile, e.Message));
            }
        }
        return problems;
    }

    /// <summary>Takes no more connections and waits for the requests under way, until <paramref name="deadline"/>.</summary>
    public Task CloseAsync(CancellationToken deadline) => app.StopAsync(deadline);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static string Addressed(IReadOnlyList<ListenerConfig> listeners) =>
        string.Join(", ", listeners.Select(listener => listener.Address));

    private static void Limit(KestrelServerOptions kestrel, ListenerConfig shared)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = null; // the door's: it depends on the listener and on whether a token came along
        limits.MaxRequestHeaderCount = 100;
        limits.MaxRequestHeadersTotalSize = 64 << 10;
        limits.MaxRequestLineSize = 16 << 10;
        limits.RequestHeadersTimeout = shared.ReadHeaderTimeout;
        limits.KeepAliveTimeout = shared.IdleTimeout;
        limits.Http2.MaxStreamsPerConnection = 100;
    }

    private static void Listen(KestrelServerOptions kestrel, ListenerConfig listener, List<(TlsConfig, TlsBinding)> identities)
    {
        kestrel.Listen(listener.Address, options =>
        {
            options.Protocols = listener.Tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (listener.Tls is { } tls)
            {
                var binding = new TlsBinding(TlsIdentity.Load(tls));
                identities.Add((tls, binding));
                options.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => ValueTask.FromResult(binding.Identity.Options),
                    HandshakeTimeout = TimeSpan.FromSeconds(10),
                });
            }
            options.Use(next => connection =>
            {
                connection.Features.Set(new ListenerOf(listener));
                return next(connection);
            });
        });
    }

    /// <summary>The identity in use, swapped at a reload; connections that stand keep theirs.</summary>
    private sealed class TlsBinding(TlsIdentity identity)
    {
        private TlsIdentity identity = identity;

        public TlsIdentity Identity
        {
            get => Volatile.Read(ref identity);
            set => Volatile.Write(ref identity, value);
        }
    }

    /// <summary>Tells a request which listener it came by.</summary>
    private sealed record ListenerOf(ListenerConfig Listener)
    {
        public static ListenerConfig Connection(HttpContext http) => http.Features.GetRequiredFeature<ListenerOf>().Listener;
    }
}
