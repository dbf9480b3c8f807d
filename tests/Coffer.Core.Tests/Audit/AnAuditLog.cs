using System.Text;
using Coffer.Core.Audit;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Tests.Audit;

public sealed class AnAuditLog : IDisposable
{
    private readonly LogFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task VerifiesAfterConcurrentAppends()
    {
        await using (var log = await fixture.OpenAsync(new() { Directory = "", SegmentBytes = 20_000, PreallocateBytes = 8_192 }))
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
            {
                for (var i = 0; i < 100; i++)
                    await log.AppendAsync(LogFixture.Leaf((writer * 1000) + i), CancellationToken.None);
            })));
            Assert.Equal(1600, log.Size);
        }
        var verified = fixture.Verify();
        Assert.Empty(verified.Findings);
        Assert.Equal(1600, verified.Entries);
        Assert.Equal(1600, verified.Checkpoint!.Size);
        Assert.Equal(0, verified.Unsigned);
        Assert.True(LogLayout.Segments(fixture.Directory).Count > 3);
    }

    [Fact]
    public async Task GoesOnAfterEachRestart()
    {
        for (var start = 0; start < 12; start++)
            await fixture.WriteAsync(60, new() { Directory = "", SegmentBytes = 9_000, CheckedAtOpenBytes = 0 }, start * 60);
        var verified = fixture.Verify();
        Assert.Empty(verified.Findings);
        Assert.Equal(720, verified.Entries);
        Assert.Equal(Enumerable.Range(0, 720).Select(i => $"secret/data/{i}\"}}"),
            LogProver.Entries(fixture.Directory, 0).Select(entry => "secret" + Encoding.UTF8.GetString(entry.Entry).Split("secret")[1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ProvesEachEntryOffline(bool withTiles)
    {
        await fixture.WriteAsync(300);
        if (!withTiles)
            Directory.Delete(Path.Combine(fixture.Directory, "tile"), recursive: true);
        foreach (var index in new[] { 0, 1, 127, 255, 256, 257, 299 })
        {
            var proof = AuditProof.Parse(LogProver.Prove(fixture.Directory, index, LogFixture.Key).ToString())!;
            Assert.Equal(300, proof.Verify(LogFixture.Key)!.Size);
            Assert.StartsWith($"{{\"seq\":{index},", Encoding.UTF8.GetString(proof.Leaf.Span), StringComparison.Ordinal);
        }
        Assert.Throws<InvalidDataException>(() => LogProver.Prove(fixture.Directory, 300, LogFixture.Key));
    }

    [Fact]
    public async Task IsOnlyForItsOwner()
    {
        await fixture.WriteAsync(3);
        var files = Directory.EnumerateFiles(fixture.Directory, "*", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            if (OperatingSystem.IsLinux())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task IsOpenedByOneProcessAtATime()
    {
        await using var log = await fixture.OpenAsync();
        await Assert.ThrowsAsync<PosixException>(() => fixture.OpenAsync());
    }

    [Fact]
    public async Task SignsWhileEventsComeAndKeepsACopyOutside()
    {
        await using var log = await fixture.OpenAsync(new() { Directory = "", CheckpointInterval = TimeSpan.FromMilliseconds(20) }, shared: true);
        await log.AppendAsync(LogFixture.Leaf(1), CancellationToken.None);
        for (var i = 0; i < 500 && Checkpoint.Open(fixture.Store.Last ?? "", LogFixture.Key)?.Size != 1; i++)
            await Task.Delay(10);
        Assert.Equal(1, Checkpoint.Open(fixture.Store.Last!, LogFixture.Key)!.Size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1,2,3]")]
    [InlineData("{\"a\":\n1}")]
    [InlineData("{\"a\":\0}")]
    public async Task RefusesWhatIsNoEntry(string leaf)
    {
        await using var log = await fixture.OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync(Encoding.UTF8.GetBytes(leaf), CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task FailsForGoodWhenAFlushFails()
    {
        var flushes = 0;
        var log = await fixture.OpenAsync(new()
        {
            Directory = "",
            Flush = file =>
            {
                if (++flushes == 4)
                    throw new PosixException(5, "input/output error");
                file.FlushData();
            },
        });
        await log.AppendAsync(LogFixture.Leaf(0), CancellationToken.None);
        await log.AppendAsync(LogFixture.Leaf(1), CancellationToken.None);
        await Assert.ThrowsAsync<AuditFailedException>(() => log.AppendAsync(LogFixture.Leaf(2), CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<AuditFailedException>(() => log.AppendAsync(LogFixture.Leaf(3), CancellationToken.None).AsTask());
        Assert.NotNull(log.Failure);
        await log.DisposeAsync();
        await fixture.WriteAsync(1);
        Assert.Empty(fixture.Verify().Findings);
    }

    [Fact]
    public async Task ChangesKeysWithARestart()
    {
        await fixture.WriteAsync(5);
        var second = new NoteSigner(LogFixture.Origin, new byte[32]);
        var options = new AuditLogOptions { Directory = fixture.Directory, FormerKeys = [LogFixture.Key] };
        var key = second.Verifier;
        await using (var log = await AuditLog.OpenAsync(options, second, new byte[32], null, TimeProvider.System, CancellationToken.None))
            await log.AppendAsync(LogFixture.Leaf(5), CancellationToken.None);
        Assert.Empty(LogVerifier.Verify(fixture.Directory, [key]).Findings);
        Assert.Equal(LogDamage.CheckpointInvalid, Assert.Single(fixture.Verify().Findings).Damage);
    }
}
