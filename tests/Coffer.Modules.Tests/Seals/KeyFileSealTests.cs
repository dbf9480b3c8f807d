using System.Security.Cryptography;
using Coffer.Core.Seals;
using Coffer.Modules.Seals.KeyFile;
using Coffer.Modules.Seals.SystemdCredential;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Seals;

public sealed class KeyFileSealTests : IDisposable
{
    private static readonly CancellationToken Cancel = CancellationToken.None;

    private readonly TempDirectory directory = new();

    private string KeyPath => directory.File("seal.key");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task IsMadeOnceWithModeOf0600WhenAsked()
    {
        var seal = new KeyFileSeal(KeyPath, create: true);
        var wrapped = await seal.WrapAsync("payload"u8.ToArray(), default, Cancel);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        var key = await File.ReadAllBytesAsync(KeyPath, Cancel);
        Assert.Equal(32, key.Length);
        await seal.WrapAsync("payload"u8.ToArray(), default, Cancel);
        Assert.Equal(key, await File.ReadAllBytesAsync(KeyPath, Cancel));
        Assert.Equal("payload"u8.ToArray(), await new KeyFileSeal(KeyPath, create: false).UnwrapAsync(wrapped, default, Cancel));
        Assert.Single(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task IsNotMadeUnlessAskedNorByReading()
    {
        await RefusesAsync("can't be opened");
        await Assert.ThrowsAsync<SealUnavailableException>(
            async () => await new KeyFileSeal(KeyPath, create: true).UnwrapAsync(new byte[80], default, Cancel));
        Assert.False(File.Exists(KeyPath));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public async Task IsRefusedWhereOthersMayTouchIt(UnixFileMode others)
    {
        await File.WriteAllBytesAsync(KeyPath, RandomNumberGenerator.GetBytes(32), Cancel);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        await RefusesAsync("chmod 600");
    }

    [Fact]
    public async Task IsRefusedAsALinkADirectoryOrAPipe()
    {
        await new KeyFileSeal(directory.File("other"), create: true).WrapAsync(new byte[64], default, Cancel);
        File.CreateSymbolicLink(KeyPath, directory.File("other"));
        await RefusesAsync("link");
        File.Delete(KeyPath);
        Directory.CreateDirectory(KeyPath);
        await RefusesAsync("");
        Directory.Delete(KeyPath);
        File.CreateSymbolicLink(KeyPath, directory.File("nowhere"));
        await Assert.ThrowsAsync<SealUnavailableException>(
            async () => await new KeyFileSeal(KeyPath, create: true).WrapAsync(new byte[64], default, Cancel));
        Assert.False(File.Exists(directory.File("nowhere")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public async Task IsRefusedInAnyOtherLength(int length)
    {
        await File.WriteAllBytesAsync(KeyPath, new byte[length], Cancel);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead);
        await RefusesAsync("32 bytes");
    }

    [Fact]
    public async Task AnotherKeyOpensNothing()
    {
        var wrapped = await new KeyFileSeal(KeyPath, create: true).WrapAsync(new byte[64], default, Cancel);
        var other = new KeyFileSeal(directory.File("other"), create: true);
        await other.WrapAsync(new byte[64], default, Cancel);
        Assert.Null(await other.UnwrapAsync(wrapped, default, Cancel));
        wrapped[20] ^= 1;
        Assert.Null(await new KeyFileSeal(KeyPath, create: false).UnwrapAsync(wrapped, default, Cancel));
    }

    [Fact]
    public async Task ACredentialOfSystemdIsReadFromItsDirectory()
    {
        await File.WriteAllBytesAsync(directory.File("coffer"), RandomNumberGenerator.GetBytes(32), Cancel);
        File.SetUnixFileMode(directory.File("coffer"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var seal = new SystemdCredentialSeal(directory.Path, "coffer");
        Assert.Equal(new byte[64], await seal.UnwrapAsync(await seal.WrapAsync(new byte[64], default, Cancel), default, Cancel));
        foreach (var wrong in new[] { new SystemdCredentialSeal(null, "coffer"), new(directory.Path, "../coffer"), new(directory.Path, "none") })
            await Assert.ThrowsAsync<SealUnavailableException>(async () => await wrong.WrapAsync(new byte[64], default, Cancel));
    }

    private async Task RefusesAsync(string reason)
    {
        var seal = new KeyFileSeal(KeyPath, create: false);
        var refusal = await Assert.ThrowsAsync<SealUnavailableException>(async () => await seal.WrapAsync(new byte[64], default, Cancel));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(KeyPath, refusal.Message, StringComparison.Ordinal);
    }
}
