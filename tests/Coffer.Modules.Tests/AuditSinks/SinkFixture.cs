using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Coffer.Core.Audit;
using Coffer.Formats.Transparency;
using Coffer.Modules.AuditSinks;

namespace Coffer.Modules.Tests.AuditSinks;

internal static class SinkFixture
{
    private static readonly byte[] Key = Enumerable.Repeat((byte)5, 32).ToArray();

    public static AuditEvent Event(string body = "{\"password\":\"hunter2\",\"n\":1}") => new()
    {
        Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Phase = AuditPhase.Exchange,
        RequestId = "r-1",
        Auth = new() { ClientToken = "hvs.secret", Accessor = "acc", DisplayName = "token-ci", Policies = ["default"], TokenType = "service" },
        ClientToken = "hvs.secret",
        Mount = "secret/",
        MountType = "kv",
        Path = "secret/data/app",
        Operation = "update",
        ClientAddress = "10.0.0.1",
        RequestData = Encoding.UTF8.GetBytes(body),
        ResponseData = "{\"keys\":[\"a\",\"b\"]}"u8.ToArray(),
    };

    public static (IAuditSink Sink, AuditSinkQueue Queue) Create(string type, string directory, params (string Name, string Value)[] options) =>
        AuditSinkTypes.Create(type, options.ToDictionary(each => each.Name, each => each.Value), Key, new([directory]));

    public static async Task SendAsync(IAuditSink sink, params AuditEvent[] events)
    {
        var rendered = events.Select(each =>
        {
            var output = new ArrayBufferWriter<byte>();
            sink.Render(each, output);
            return output.WrittenMemory;
        }).ToList();
        await sink.WriteAsync(rendered, CancellationToken.None);
    }
}

/// <summary>A sink whose deliveries wait until they are let go.</summary>
internal sealed class StuckSink : IAuditSink
{
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<string> Received { get; } = new();

    public void Render(AuditEvent audited, IBufferWriter<byte> output) => output.Write(Encoding.UTF8.GetBytes(audited.RequestId));

    public void RenderCheckpoint(DateTimeOffset time, Checkpoint checkpoint, string note, IBufferWriter<byte> output) =>
        output.Write("checkpoint"u8);

    public async ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> rendered, CancellationToken cancel)
    {
        await Release.Task.WaitAsync(cancel);
        foreach (var each in rendered)
            Received.Enqueue(Encoding.UTF8.GetString(each.Span));
    }

    public string Hash(string value) => value;

    public ValueTask ReopenAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
