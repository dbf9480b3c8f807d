using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Coffer.Bench.Load;

/// <summary>One keep-alive HTTP/1.1 connection with one request under way at most.</summary>
internal sealed unsafe class Connection(IPEndPoint server, PreparedRequest request) : IDisposable
{
    private Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] buffer = new byte[16 * 1024];
    private int filled;
    private int expected;
    private bool chunked;
    private long sentAt;

    public int Descriptor => (int)socket.Handle;

    public int Status { get; private set; }

    public void Open()
    {
        socket.Dispose();
        socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(server);
    }

    public bool Send()
    {
        request.Advance();
        (filled, expected, chunked) = (0, 0, false);
        sentAt = Stopwatch.GetTimestamp();
        fixed (byte* start = request.Bytes)
        {
            for (nint sent = 0; sent < request.Bytes.Length;)
            {
                var more = Native.Send(Descriptor, start + sent, request.Bytes.Length - sent, Native.NoSignal);
                if (more < 0)
                    return false;
                sent += more;
            }
        }
        return true;
    }

    /// <summary>Takes what has arrived. Null: not all yet; otherwise how long the whole request took.</summary>
    public TimeSpan? Receive(out bool closed)
    {
        closed = false;
        if (filled == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);
        fixed (byte* start = buffer)
        {
            var read = Native.Receive(Descriptor, start + filled, buffer.Length - filled, Native.DontWait);
            closed = read <= 0;
            if (closed)
                return null;
            filled += (int)read;
        }
        if (expected == 0 && !chunked)
            ReadHead();
        var complete = chunked
            ? buffer.AsSpan(0, filled).EndsWith("\r\n0\r\n\r\n"u8)
            : expected > 0 && filled >= expected;
        return complete ? Stopwatch.GetElapsedTime(sentAt) : null;
    }

    public void Dispose() => socket.Dispose();

    private void ReadHead()
    {
        var all = buffer.AsSpan(0, filled);
        var end = all.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return;
        Status = Utf8Parser.TryParse(all[9..], out int status, out _) ? status : 0;
        var head = all[..end];
        var length = 0;
        var at = head.IndexOf("Content-Length: "u8);
        var stated = at >= 0 && Utf8Parser.TryParse(all[(at + "Content-Length: ".Length)..], out length, out _);
        chunked = !stated && head.IndexOf("Transfer-Encoding: chunked"u8) >= 0;
        expected = end + 4 + length;
    }
}
