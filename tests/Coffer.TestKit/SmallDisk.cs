namespace Coffer.TestKit;

/// <summary>A file system of its own with little room, in memory. Mounting one takes root.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly TempDirectory directory = new();

    private SmallDisk()
    {
    }

    public string Path => directory.Path;

    private string Ballast => directory.File("ballast");

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var disk = new SmallDisk();
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={megabytes}m,mode=0700", "tmpfs", disk.Path])).OrThrow();
        return disk;
    }

    public string File(string name) => directory.File(name);

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var piece in (ReadOnlySpan<int>)[1 << 20, 1 << 12])
        {
            try
            {
                while (true)
                    file.Write(new byte[piece]);
            }
            catch (IOException)
            {
                // No room for this piece; try a smaller one.
            }
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => System.IO.File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        (await Command.RunAsync("umount", ["-l", Path])).OrThrow();
        directory.Dispose();
    }
}
