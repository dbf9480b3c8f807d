using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>
/// A kill proves no flush, since the kernel keeps what was written. So the kernel is asked: the flush that covers this very request has
/// returned before the first byte of its reply is given to the socket.
/// </summary>
public sealed class FlushOrder : IAsyncLifetime
{
    private const string Marker = "flush-order-marker";
    private readonly TempDirectory directory = new();
    private CofferProcess? server;

    private string Trace => directory.File("trace");

    private CofferProcess Server => server!;

    public async ValueTask InitializeAsync() => server = await CofferProcess.StartAsync(CofferOptions.Sqlite with
    {
        Wrapper =
        [
            "strace", "-f", "-q", "-yy", "-s", "8192", "-o", Trace,
            "-e", "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg,recvfrom,recvmsg,read",
        ],
    });

    [Fact]
    public async Task AReadIsFlushedToTheAuditLogBeforeItsReply()
    {
        (await Server.Root.WriteAsync(Marker, new JsonObject { ["a"] = "1" })).OrThrow();
        (await Server.Root.ReadAsync(Marker)).OrThrow();
        var calls = await CallsAsync();
        var asked = Last(calls, 0, c => c.IsReceive && c.Text.Contains($"GET /v1/secret/data/{Marker} ", StringComparison.Ordinal));
        var recorded = First(calls, asked, c => c.IsWriteTo(Server.AuditDirectory) && c.Text.Contains(Marker, StringComparison.Ordinal));
        var flushed = First(calls, recorded, c => c.IsFlushOf(calls[recorded].File));
        var replied = First(calls, asked, c => c.IsReply);
        Assert.True(calls[flushed].End < calls[replied].Start, "the reply went out before its audit record was on the disk");
    }

    [Fact]
    public async Task AWriteIsFlushedToAuditAndStorageBeforeItsReply()
    {
        (await Server.Root.WriteAsync(Marker, new JsonObject { ["a"] = "1" })).OrThrow();
        var calls = await CallsAsync();
        var asked = Last(calls, 0, c => c.IsReceive && c.Text.Contains($"POST /v1/secret/data/{Marker} ", StringComparison.Ordinal));
        var recorded = First(calls, asked, c => c.IsWriteTo(Server.AuditDirectory) && c.Text.Contains(Marker, StringComparison.Ordinal));
        var intent = First(calls, recorded, c => c.IsFlushOf(calls[recorded].File));
        var written = First(calls, intent, c => c.IsWriteTo(Path.Combine(Server.Directory, "coffer.db")));
        var committed = First(calls, written, c => c.IsFlushOf(calls[written].File));
        var outcome = First(calls, committed, c => c.IsWriteTo(Server.AuditDirectory) && c.Text.Contains(Marker, StringComparison.Ordinal));
        var flushed = First(calls, outcome, c => c.IsFlushOf(calls[outcome].File));
        var replied = First(calls, asked, c => c.IsReply);
        Assert.True(calls[intent].End < calls[written].Start, "the change was written before its intent was audited");
        Assert.True(calls[committed].End < calls[replied].Start, "the reply went out before the change was on the disk");
        Assert.True(calls[flushed].End < calls[replied].Start, "the reply went out before its outcome was audited");
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        directory.Dispose();
    }

    private async Task<IReadOnlyList<TracedCall>> CallsAsync()
    {
        await Server.KillAsync();
        return TracedCall.Read(Trace);
    }

    private static int First(IReadOnlyList<TracedCall> calls, int after, Func<TracedCall, bool> wanted)
    {
        for (var i = after + 1; i < calls.Count; i++)
            if (calls[i].Start > calls[after].Start && wanted(calls[i]))
                return i;
        throw new InvalidOperationException($"no such call after {calls[after].Text}");
    }

    private static int Last(IReadOnlyList<TracedCall> calls, int from, Func<TracedCall, bool> wanted)
    {
        for (var i = calls.Count - 1; i >= from; i--)
            if (wanted(calls[i]))
                return i;
        throw new InvalidOperationException("the request was not seen");
    }
}
