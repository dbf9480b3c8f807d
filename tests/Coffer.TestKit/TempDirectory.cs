using System.Security.Cryptography;

namespace Coffer.TestKit;

/// <summary>A new directory of mode 0700 under the system's temporary one, or another; removed with all that is in it.</summary>
public sealed class TempDirectory : IDisposable
{
    public TempDirectory(string? under = null)
    {
        Path = System.IO.Path.Combine(under ?? System.IO.Path.GetTempPath(), "coffer-" + RandomNumberGenerator.GetHexString(12, lowercase: true));
        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that is still dying may make a file meanwhile; what is left lies in the temporary directory.
        }
    }

    public override string ToString() => Path;
}
