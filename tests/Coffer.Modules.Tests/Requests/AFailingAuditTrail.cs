using System.Buffers;
using Coffer.Core.Audit;
using Coffer.Core.Requests;
using Coffer.Formats.Transparency;

namespace Coffer.Modules.Tests.Requests;

/// <summary>A required sink does not take the record of the response, when the commit is done already.</summary>
public sealed class AFailingAuditTrail
{
    private readonly Lender lender = new();
    private readonly PickySink sink = new();

    [Fact]
    public async Task UndoesTheLeaseThatWasMade()
    {
        await using var vault = await OpenAsync();
        sink.Refused = AuditPhase.Response;
        Assert.Equal(503, (await vault.ReadAsync("lender/lend/loan")).Status);
        Assert.Equal(["loan"], lender.Undone);
        Assert.Equal(0, await vault.LeasesAsync());
    }

    [Theory]
    [InlineData("auth/token/create", null)]
    [InlineData("lender/login", null)]
    [InlineData("auth/token/create", 60)]
    [InlineData("sys/wrapping/wrap", 60)]
    public async Task UndoesTheTokenThatWasMade(string path, int? wrap)
    {
        await using var vault = await OpenAsync();
        var before = await vault.TokensAsync();
        sink.Refused = AuditPhase.Response;
        var reply = await vault.SendAsync(Operation.Update, path, wrap: wrap is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        Assert.Equal(503, reply.Status);
        Assert.Null(reply.AuthBlock);
        Assert.Null(reply.Wrap);
        Assert.Equal(before, await vault.TokensAsync());
    }

    [Fact]
    public async Task DoesNotEndATokenThatWasOnlyRenewed()
    {
        await using var vault = await OpenAsync();
        var token = (await vault.CreateAsync("""{"policies":["default"]}""")).ClientToken;
        sink.Refused = AuditPhase.Response;
        Assert.Equal(503, (await vault.WriteAsync("auth/token/renew-self", "", token)).Status);
        sink.Refused = null;
        await Eventually.HoldsAsync(async () => (await vault.ReadAsync("auth/token/lookup-self", token)).Status == 200);
    }

    [Fact]
    public async Task OfTheRequestKeepsTheCommitFromHappening()
    {
        await using var vault = await OpenAsync();
        await vault.BorrowAsync("loan");
        sink.Refused = AuditPhase.Request;
        Assert.Equal(503, (await vault.WriteAsync("lender/keep/x", """{"a":"1"}""")).Status);
        Assert.Equal(503, (await vault.WriteAsync("sys/leases/revoke-prefix/lender")).Status);
        Assert.Equal(503, (await vault.WriteAsync("auth/token/create")).Status);
        Assert.Empty(lender.Undone);
        sink.Refused = null;
        await Eventually.HoldsAsync(async () => (await vault.ReadAsync("lender/keep/x")).Status == 404);
    }

    [Fact]
    public async Task LetsNoReadOut()
    {
        await using var vault = await OpenAsync();
        Assert.Equal(204, (await vault.WriteAsync("lender/keep/x", """{"a":"hidden"}""")).Status);
        sink.Refused = AuditPhase.Exchange;
        var reply = await vault.ReadAsync("lender/keep/x");
        Assert.Equal(503, reply.Status);
        Assert.True(reply.Data.IsEmpty);
    }

    private async Task<TestVault> OpenAsync()
    {
        var queue = new AuditSinkQueue { Required = true, Deadline = TimeSpan.FromMilliseconds(150) };
        var vault = await TestVault.OpenAsync(engines: [.. BuiltIn.Engines, lender.Type], sinks: _ => (sink, queue));
        await vault.MountAsync("lender", "lender");
        Assert.Equal(204, (await vault.WriteAsync("sys/audit/picky", """{"type":"picky"}""")).Status);
        return vault;
    }

    /// <summary>Takes all records but those of one phase.</summary>
    private sealed class PickySink : IAuditSink
    {
        public AuditPhase? Refused { get; set; }

        public void Render(AuditEvent audited, IBufferWriter<byte> output) => output.Write<byte>([(byte)audited.Phase]);

        public void RenderCheckpoint(DateTimeOffset time, Checkpoint checkpoint, string note, IBufferWriter<byte> output) => output.Write<byte>([255]);

        public ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> rendered, CancellationToken cancel) =>
            Refused is { } phase && rendered.Any(r => r.Span[0] == (byte)phase) ? throw new IOException("not this one") : ValueTask.CompletedTask;

        public string Hash(string value) => "";

        public ValueTask ReopenAsync(CancellationToken cancel) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
