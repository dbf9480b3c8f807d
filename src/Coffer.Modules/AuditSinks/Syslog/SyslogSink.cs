using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Coffer.Core.Audit;
using Coffer.Formats.Transparency;

namespace Coffer.Modules.AuditSinks.Syslog;

/// <summary>RFC 5424 messages over UDP, TCP (with octet counting, RFC 6587) or a local socket; an event's line is the message.</summary>
internal sealed class SyslogSink : IAuditSink
{
    private const int InfoSeverity = 6;
    private const int MaxDatagramBytes = 65_000;

    private static readonly string[] Facilities =
    [
        "KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR", "NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP",
        "NTP", "SECURITY", "CONSOLE", "CLOCK", "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6", "LOCAL7",
    ];

    private readonly VaultFormat format;
    private readonly Uri address;
    private readonly string head;
    private readonly string tail;
    private readonly SemaphoreSlim gate = new(1);
    private Socket? socket;

    private SyslogSink(VaultFormat format, Uri address, int facility, string tag)
    {
        (this.format, this.address) = (format, address);
        head = string.Create(CultureInfo.InvariantCulture, $"<{(facility * 8) + InfoSeverity}>1 ");
        tail = string.Create(CultureInfo.InvariantCulture, $" {Environment.MachineName} {tag} {Environment.ProcessId} audit - ");
    }

    public static (IAuditSink, AuditSinkQueue) Create(SinkOptions options, AuditHasher hasher)
    {
        var format = options.Format(hasher);
        var text = options.Optional("address") ?? "unix:///dev/log";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("udp" or "tcp" or "unix")
            || (address.Scheme == "unix" ? address.LocalPath.Length < 2 : address.Host.Length == 0))
            throw new AuditOptionException("address", "address is udp://host:port, tcp://host:port or unix:///path");
        var facility = Array.IndexOf(Facilities, (options.Optional("facility") ?? "AUTH").ToUpperInvariant());
        if (facility < 0)
            throw new AuditOptionException("facility", "facility is a syslog facility such as AUTH or LOCAL0");
        var tag = options.Optional("tag") ?? "coffer";
        if (tag.Length is 0 or > 48 || tag.Any(c => c is <= ' ' or > '~'))
            throw new AuditOptionException("tag", "tag has 1 to 48 printable ASCII characters and no space");
        var queue = options.Queue();
        options.RefuseOthers();
        return (new SyslogSink(format, address, facility, tag), queue);
    }

    private bool IsStream => address.Scheme == "tcp";

    public void Render(AuditEvent audited, IBufferWriter<byte> output) => format.Write(audited, output);

    public void RenderCheckpoint(DateTimeOffset time, Checkpoint checkpoint, string note, IBufferWriter<byte> output) =>
        format.Write(time, checkpoint, note, output);

    public async ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> rendered, CancellationToken cancel)
    {
        await gate.WaitAsync(cancel);
        try
        {
            var connection = socket ??= await ConnectAsync(cancel);
            foreach (var message in Messages(rendered))
            {
                for (var rest = (ReadOnlyMemory<byte>)message; !rest.IsEmpty; rest = rest[await connection.SendAsync(rest, cancel)..])
                {
                }
            }
        }
        catch
        {
            socket?.Dispose();
            socket = null;
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    public string Hash(string value) => format.Hash(value);

    public async ValueTask ReopenAsync(CancellationToken cancel)
    {
        await gate.WaitAsync(cancel);
        socket?.Dispose();
        socket = null;
        gate.Release();
    }

    public ValueTask DisposeAsync()
    {
        socket?.Dispose();
        gate.Dispose();
        format.Close();
        return ValueTask.CompletedTask;
    }

    /// <summary>A message for each line. What exceeds a datagram is cut: syslog has no way to send it.</summary>
    private IEnumerable<byte[]> Messages(IReadOnlyList<ReadOnlyMemory<byte>> rendered)
    {
        foreach (var lines in rendered)
        {
            foreach (var line in Encoding.UTF8.GetString(lines.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var message = Encoding.UTF8.GetBytes(head + TimeOf(line) + tail + line);
                if (!IsStream)
                    yield return message.Length <= MaxDatagramBytes ? message : message[..MaxDatagramBytes];
                else
                    yield return [.. Encoding.ASCII.GetBytes(message.Length.ToString(CultureInfo.InvariantCulture) + " "), .. message];
            }
        }
    }

    /// <summary>The event's own time, which is already written as RFC 3339, but with no more digits than syslog allows.</summary>
    private static string TimeOf(string line)
    {
        const string Mark = "{\"time\":\"";
        var start = line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length;
        var end = start < Mark.Length ? -1 : line.IndexOf('"', start);
        return end > 0 && DateTimeOffset.TryParse(line.AsSpan(start, end - start), CultureInfo.InvariantCulture, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture)
            : "-";
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancel)
    {
        var connection = address.Scheme switch
        {
            "unix" => new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified),
            "udp" => new Socket(SocketType.Dgram, ProtocolType.Udp),
            _ => new Socket(SocketType.Stream, ProtocolType.Tcp),
        };
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(10));
            if (address.Scheme == "unix")
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(address.LocalPath), limit.Token);
            else
                await connection.ConnectAsync(address.Host, address.Port > 0 ? address.Port : address.Scheme == "udp" ? 514 : 601, limit.Token);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
