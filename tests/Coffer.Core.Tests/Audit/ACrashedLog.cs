using System.Text;
using Coffer.Core.Audit;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Tests.Audit;

public sealed class ACrashedLog
{
    [Fact]
    public async Task LosesOnlyWhatWasNotAcknowledged()
    {
        using var fixture = new LogFixture();
        await using var log = await fixture.OpenAsync(new() { Directory = "", PreallocateBytes = 4096, CheckpointInterval = TimeSpan.FromHours(1) });
        for (var i = 0; i < 5; i++)
            await log.AppendAsync(LogFixture.Leaf(i), CancellationToken.None);
        var acknowledged = await WrittenAsync(fixture.Segment());
        await log.AppendAsync(LogFixture.Leaf(5), CancellationToken.None);
        var next = await WrittenAsync(fixture.Segment());

        // The sixth batch reaches the disk only so far: from nothing to all but its last byte.
        for (var cut = acknowledged; cut <= next; cut += 7)
        {
            using var crashed = fixture.Copy();
            var bytes = await File.ReadAllBytesAsync(crashed.Segment());
            Array.Clear(bytes, cut, bytes.Length - cut);
            await File.WriteAllBytesAsync(crashed.Segment(), bytes);
            await using (var opened = await crashed.OpenAsync())
            {
                Assert.Equal(5, opened.Size);
                Assert.Equal(cut > acknowledged, opened.CutTornTail);
                await opened.AppendAsync(LogFixture.Leaf(6), CancellationToken.None);
            }
            Assert.Empty(crashed.Verify().Findings);
        }
    }

    [Fact]
    public async Task LosesASectorInTheMiddleOfAnUnacknowledgedBatch()
    {
        using var fixture = new LogFixture();
        await using var log = await fixture.OpenAsync(new() { Directory = "", CheckpointInterval = TimeSpan.FromHours(1) });
        await log.AppendAsync(LogFixture.Leaf(0), CancellationToken.None);
        var acknowledged = await WrittenAsync(fixture.Segment());
        await log.AppendAsync(Encoding.UTF8.GetBytes($"{{\"big\":\"{new string('x', 5000)}\"}}"), CancellationToken.None);
        using var crashed = fixture.Copy();
        var bytes = await File.ReadAllBytesAsync(crashed.Segment());
        Array.Clear(bytes, acknowledged + 512, 512);
        await File.WriteAllBytesAsync(crashed.Segment(), bytes);
        await using var opened = await crashed.OpenAsync();
        Assert.Equal(1, opened.Size);
        Assert.True(opened.CutTornTail);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)] // the last one: nothing follows, but a torn write leaves a hole of zeros, not other letters
    public async Task RefusesDamageToAcknowledgedEntries(int index)
    {
        using var fixture = new LogFixture();
        await using var log = await fixture.OpenAsync(new() { Directory = "", CheckpointInterval = TimeSpan.FromHours(1) });
        for (var i = 0; i < 5; i++)
            await log.AppendAsync(LogFixture.Leaf(i), CancellationToken.None);
        using var crashed = fixture.Copy();
        var text = await File.ReadAllTextAsync(crashed.Segment());
        await File.WriteAllTextAsync(crashed.Segment(), text.Replace($"secret/data/{index}", "secret/data/9", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<AuditTamperedException>(() => crashed.OpenAsync());
        Assert.Equal(index, error.Index);
        Assert.Contains("entries/", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BeginsAFileAnewThatHasNoHeader()
    {
        using var fixture = new LogFixture();
        await fixture.WriteAsync(5);
        await File.WriteAllBytesAsync(LogLayout.SegmentPath(fixture.Directory, 5), new byte[10]);
        await fixture.WriteAsync(5);
        Assert.Empty(fixture.Verify().Findings);
        Assert.Equal(10, fixture.Verify().Entries);
    }

    [Fact]
    public async Task BeginsAnewWhenNothingWasWritten()
    {
        using var fixture = new LogFixture();
        Directory.CreateDirectory(Path.Combine(fixture.Directory, "entries"));
        await File.WriteAllBytesAsync(LogLayout.SegmentPath(fixture.Directory, 0), new byte[10]);
        await fixture.WriteAsync(5);
        Assert.Empty(fixture.Verify().Findings);
    }

    [Fact]
    public async Task LeavesASpareFileThatIsMadeAnew()
    {
        using var fixture = new LogFixture();
        var options = new AuditLogOptions { Directory = "", SegmentBytes = 20_000, PreallocateBytes = 1024, CheckpointInterval = TimeSpan.FromHours(1) };
        var spare = Path.Combine(fixture.Directory, "entries", "spare");
        await using var log = await fixture.OpenAsync(options);
        var written = 0;
        for (; written < 2000 && !(File.Exists(spare) && LogLayout.Segments(fixture.Directory).Count > 2); written++)
            await log.AppendAsync(LogFixture.Leaf(written), CancellationToken.None);
        using var crashed = fixture.Copy();
        await File.WriteAllBytesAsync(Path.Combine(crashed.Directory, "entries", "spare"), new byte[77]);
        await using (var opened = await crashed.OpenAsync(options))
        {
            Assert.Equal(written, opened.Size);
            await opened.AppendAsync(LogFixture.Leaf(0), CancellationToken.None);
        }
        Assert.Empty(crashed.Verify().Findings);
        Assert.False(File.Exists(Path.Combine(crashed.Directory, "entries", "spare")));
    }

    private static async Task<int> WrittenAsync(string path)
    {
        var bytes = await File.ReadAllBytesAsync(path);
        var end = Array.IndexOf(bytes, (byte)0);
        return end < 0 ? bytes.Length : end;
    }
}
