using System.Text;
using Coffer.Core.Audit;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Tests.Audit;

/// <summary>What someone can do who may write every file of the data directory. Each is named, offline and at the next start.</summary>
public sealed class ATamperedLog : IAsyncLifetime
{
    private const int Entries = 300;
    private readonly LogFixture fixture = new();

    public async ValueTask InitializeAsync() => await fixture.WriteAsync(Entries, new() { Directory = "", SegmentBytes = 20_000 });

    public ValueTask DisposeAsync()
    {
        fixture.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ShowsAnyFlippedByte()
    {
        var segment = fixture.Segment();
        var bytes = await File.ReadAllBytesAsync(segment);
        // Every byte of the header and the first batches; then the edges of a few later lines.
        var positions = Enumerable.Range(0, 700).Concat(Enumerable.Range(bytes.Length - 400, 400));
        foreach (var at in positions)
        {
            var changed = bytes.AsSpan().ToArray();
            changed[at] ^= 1;
            await File.WriteAllBytesAsync(segment, changed);
            if (!IsInMac(bytes, at))
                Assert.False(fixture.Verify().IsIntact, $"byte {at}");
        }
        await File.WriteAllBytesAsync(segment, bytes);
        Assert.True(fixture.Verify().IsIntact);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(299)]
    public async Task NamesAChangedEntry(int index)
    {
        var finding = Change(lines => lines.Change(index, line => line.Replace("secret/data", "secret/dato", StringComparison.Ordinal)));
        Assert.Equal((LogDamage.EntryChanged, index), (finding.Damage, finding.Index));
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task NamesADroppedEntry()
    {
        var finding = Change(lines => lines.Remove(100));
        Assert.Equal((LogDamage.EntryDropped, 100), (finding.Damage, finding.Index));
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task NamesADoubledEntry()
    {
        var finding = Change(lines => lines.Insert(101, lines[100]));
        Assert.Equal((LogDamage.EntryDoubled, 100), (finding.Damage, finding.Index));
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task NamesReorderedEntries()
    {
        var finding = Change(lines => lines.Swap(100, 101));
        Assert.Equal(LogDamage.EntryDropped, finding.Damage);
        Assert.Contains(fixture.Verify().Findings, each => each.Damage == LogDamage.EntryReordered || each.Damage == LogDamage.EntryDoubled);
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task ShowsTruncationAtEachLine()
    {
        var segment = LogLayout.Segments(fixture.Directory)[^1].Path;
        var text = await File.ReadAllTextAsync(segment);
        for (var end = text.LastIndexOf('\n', text.Length - 2); end > 0; end = text.LastIndexOf('\n', end - 1))
        {
            await File.WriteAllTextAsync(segment, text[..(end + 1)]);
            // Without its last mark alone all entries are still there, and signed.
            if (text[(end + 1)..].Contains("seq", StringComparison.Ordinal))
                Assert.Contains(fixture.Verify().Findings, finding => finding.Damage == LogDamage.Truncated);
            await RefusesToOpenAsync();
        }
    }

    [Fact]
    public async Task NamesAMissingFile()
    {
        File.Delete(fixture.Segment(1));
        Assert.Equal(LogDamage.EntryDropped, fixture.Verify().Findings[0].Damage);
        await RefusesToOpenAsync();
    }

    [Fact]
    public async Task ShowsAReplayedOlderStateAgainstACopyOfTheCheckpoint()
    {
        using var old = fixture.Copy();
        await fixture.WriteAsync(10);
        var remembered = fixture.Checkpoint();
        Assert.True(old.Verify().IsIntact); // by itself it is a perfectly good log
        var findings = old.Verify(new KnownCheckpoint("remembered", remembered)).Findings;
        Assert.Contains(findings, finding => finding.Damage == LogDamage.CheckpointReplayed);
        Assert.Contains(findings, finding => finding.Damage == LogDamage.Truncated);
        old.Store.Last = remembered;
        await Assert.ThrowsAsync<AuditTamperedException>(() => old.OpenAsync(shared: true));
    }

    [Fact]
    public async Task ShowsARebuiltTree()
    {
        // The thief has everything but the keys: a new log with the same name, whose own files all agree.
        using var forged = new LogFixture();
        using var thief = new NoteSigner(LogFixture.Origin, new byte[32]);
        await using (var log = await AuditLog.OpenAsync(
            new() { Directory = forged.Directory }, new NoteSigner(LogFixture.Origin, new byte[32]), new byte[32], null, TimeProvider.System, CancellationToken.None))
        {
            for (var i = 0; i < Entries; i++)
                await log.AppendAsync(LogFixture.Leaf(i + 1), CancellationToken.None);
        }
        Assert.True(LogVerifier.Verify(forged.Directory, [thief.Verifier]).IsIntact);
        Assert.Contains(forged.Verify().Findings, finding => finding.Damage == LogDamage.CheckpointInvalid);
        await Assert.ThrowsAsync<AuditTamperedException>(() => forged.OpenAsync());

        // With the last good checkpoint beside the forged entries.
        File.Copy(Path.Combine(fixture.Directory, "checkpoint"), Path.Combine(forged.Directory, "checkpoint"), overwrite: true);
        Assert.Contains(forged.Verify().Findings, finding => finding.Damage == LogDamage.Rewritten);
        await Assert.ThrowsAsync<AuditTamperedException>(() => forged.OpenAsync());

        // Without a checkpoint, as if the server had just been started for the first time.
        File.Delete(Path.Combine(forged.Directory, "checkpoint"));
        await Assert.ThrowsAsync<AuditTamperedException>(() => forged.OpenAsync());
    }

    [Fact]
    public async Task ShowsAFork()
    {
        using var fork = fixture.Copy();
        await fixture.WriteAsync(10, first: 1000);
        await fork.WriteAsync(20, first: 2000);
        Assert.True(fork.Verify().IsIntact);
        var findings = fork.Verify(new KnownCheckpoint("remembered", fixture.Checkpoint())).Findings;
        Assert.Equal((LogDamage.Rewritten, "remembered"), (findings[0].Damage, findings[0].File));
    }

    [Fact]
    public async Task IsMissedWhenItIsGone()
    {
        fixture.Store.Last = fixture.Checkpoint();
        Directory.Delete(Path.Combine(fixture.Directory, "entries"), recursive: true);
        await RefusesToOpenAsync();
        File.Delete(Path.Combine(fixture.Directory, "checkpoint"));
        await Assert.ThrowsAsync<AuditTamperedException>(() => fixture.OpenAsync(shared: true));
    }

    [Fact]
    public void NamesAChangedTile()
    {
        var tile = Path.Combine(fixture.Directory, "tile/0/000");
        var bytes = File.ReadAllBytes(tile);
        bytes[^1] ^= 1;
        File.WriteAllBytes(tile, bytes);
        Assert.False(fixture.Verify().IsIntact);
    }

    private LogFinding Change(Action<Lines> change)
    {
        var lines = new Lines(fixture.Directory);
        change(lines);
        lines.Save();
        return fixture.Verify().Findings[0];
    }

    private async Task RefusesToOpenAsync() => await Assert.ThrowsAsync<AuditTamperedException>(() => fixture.OpenAsync());

    /// <summary>A batch's MAC is for the server, which checks those that no checkpoint covers; offline it says nothing.</summary>
    private static bool IsInMac(byte[] bytes, int at)
    {
        var start = Array.LastIndexOf(bytes, (byte)'\n', at - (at > 0 ? 1 : 0)) + 1;
        var end = Array.IndexOf(bytes, (byte)'\n', at);
        var line = Encoding.ASCII.GetString(bytes[start..(end < 0 ? bytes.Length : end)]);
        return line.StartsWith('#') && !line.StartsWith("#coffer", StringComparison.Ordinal) && at > start + line.LastIndexOf(' ') && at < end;
    }

    /// <summary>The log's lines, with entries addressed by their place.</summary>
    private sealed class Lines
    {
        private readonly List<(string Path, List<string> Text)> files;

        public Lines(string directory) =>
            files = [.. LogLayout.Segments(directory).Select(segment => (segment.Path, File.ReadAllLines(segment.Path).ToList()))];

        public string this[int index]
        {
            get
            {
                var (text, at) = Find(index);
                return text[at];
            }
        }

        public void Change(int index, Func<string, string> change)
        {
            var (text, at) = Find(index);
            text[at] = change(text[at]);
        }

        public void Remove(int index)
        {
            var (text, at) = Find(index);
            text.RemoveAt(at);
        }

        public void Insert(int index, string line)
        {
            var (text, at) = Find(index);
            text.Insert(at, line);
        }

        public void Swap(int first, int second)
        {
            var (a, b) = (this[first], this[second]);
            Change(first, _ => b);
            Change(second, _ => a);
        }

        public void Save() => files.ForEach(file => File.WriteAllText(file.Path, string.Join('\n', file.Text) + "\n"));

        private (List<string> Text, int At) Find(int index)
        {
            foreach (var (_, text) in files)
            {
                for (var i = 0; i < text.Count; i++)
                {
                    if (!text[i].StartsWith('#') && index-- == 0)
                        return (text, i);
                }
            }
            throw new ArgumentOutOfRangeException(nameof(index));
        }
    }
}
