using System.Net;
using System.Net.Sockets;

namespace Coffer.Modules.Tests.Storage;

/// <summary>Passes TCP on to a port; once, after some bytes went to the server, it drops what the server answers and the connection.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly int target;
    private readonly Task accepting;

    public CuttingProxy(int target)
    {
        this.target = target;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    public byte[]? CutAfter { get; set; }

    public bool HasCut { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = PassAsync(await listener.AcceptTcpClientAsync(stopping.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // closed
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, target, stopping.Token);
            var cut = new TaskCompletionSource();
            await Task.WhenAny(UpAsync(near.GetStream(), far.GetStream(), cut), DownAsync(far.GetStream(), near.GetStream(), cut.Task));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or IOException)
        {
            // either side went away
        }
    }

    private async Task UpAsync(NetworkStream from, NetworkStream to, TaskCompletionSource cut)
    {
        var buffer = new byte[65536];
        while (await from.ReadAsync(buffer, stopping.Token) is var read and > 0)
        {
            if (CutAfter is { } mark && buffer.AsSpan(0, read).IndexOf(mark) >= 0)
            {
                (CutAfter, HasCut) = (null, true);
                cut.SetResult();
            }
            await to.WriteAsync(buffer.AsMemory(0, read), stopping.Token);
        }
    }

    private async Task DownAsync(NetworkStream from, NetworkStream to, Task cut)
    {
        var buffer = new byte[65536];
        while (await from.ReadAsync(buffer, stopping.Token) is var read and > 0)
        {
            if (cut.IsCompleted)
                return;
            await to.WriteAsync(buffer.AsMemory(0, read), stopping.Token);
        }
    }
}
