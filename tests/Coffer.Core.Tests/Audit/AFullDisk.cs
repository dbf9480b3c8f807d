using System.Diagnostics;
using Coffer.Core.Audit;

namespace Coffer.Core.Tests.Audit;

public sealed class AFullDisk
{
    [Fact]
    public async Task RefusesAndRecovers()
    {
        using var fixture = new LogFixture();
        var full = false;
        await using (var log = await fixture.OpenAsync(new()
        {
            Directory = "",
            PreallocateBytes = 1024,
            BeforeAllocating = () =>
            {
                if (full)
                    throw new PosixException(28, "no space left on device");
            },
        }))
        {
            await log.AppendAsync(LogFixture.Leaf(0), CancellationToken.None);
            full = true;
            var refused = 0;
            for (var i = 0; i < 50; i++)
                refused += await RefusedAsync(log, i) ? 1 : 0;
            Assert.InRange(refused, 30, 49); // what was allocated is used up first
            full = false;
            Assert.False(await RefusedAsync(log, 100));
            Assert.Null(log.Failure);
        }
        Assert.Empty(fixture.Verify().Findings);
    }

    [Fact]
    public async Task IsSurvivedForReal()
    {
        var directory = Directory.CreateTempSubdirectory("coffer-audit-full-").FullName;
        // Mounting needs root; without it the test above stands alone.
        if (!await RunAsync("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", directory))
            return;
        try
        {
            using var fixture = new LogFixture(Path.Combine(directory, "log"));
            await using (var log = await fixture.OpenAsync(new() { Directory = "", PreallocateBytes = 64 << 10, CheckpointInterval = TimeSpan.FromMilliseconds(5) }))
            {
                var written = 0;
                while (!await RefusedAsync(log, written))
                    written++;
                Assert.InRange(written, 100, 10_000);
                await File.WriteAllBytesAsync(Path.Combine(directory, "room"), []);
                Assert.True(await RefusedAsync(log, written));
                Assert.True(await RunAsync("mount", "-o", "remount,size=2m", directory));
                Assert.False(await RefusedAsync(log, written));
                Assert.Equal(written + 1, log.Size);
            }
            var verified = fixture.Verify();
            Assert.Empty(verified.Findings);
            Assert.Equal(0, verified.Unsigned);
        }
        finally
        {
            await RunAsync("umount", directory);
        }
    }

    private static async Task<bool> RefusedAsync(AuditLog log, int number)
    {
        try
        {
            await log.AppendAsync(LogFixture.Leaf(number), CancellationToken.None);
            return false;
        }
        catch (AuditUnavailableException e)
        {
            Assert.Contains("space", e.Message, StringComparison.Ordinal);
            return true;
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
