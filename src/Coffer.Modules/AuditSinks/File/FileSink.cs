using System.Buffers;
using Coffer.Core.Audit;
using Coffer.Formats.Transparency;

namespace Coffer.Modules.AuditSinks.File;

/// <summary>
/// Vault's audit file. It is made with mode 0600, never reached through a symbolic link, and only below the configured
/// directories: whoever may enable a sink must not be able to write a program somewhere (CVE-2025-6000).
/// </summary>
internal sealed class FileSink : IAuditSink
{
    private readonly VaultFormat format;
    private readonly string path;
    private readonly string root;
    private readonly SemaphoreSlim gate = new(1);
    private PosixFile file;

    private FileSink(VaultFormat format, string path, string root)
    {
        (this.format, this.path, this.root) = (format, path, root);
        file = Open();
    }

    public static (IAuditSink, AuditSinkQueue) Create(SinkOptions options, AuditHasher hasher, AuditSinkEnvironment environment)
    {
        var path = options.Required("file_path");
        var format = options.Format(hasher);
        if (options.Optional("mode") is { } mode && mode.TrimStart('0') != "600")
            throw new AuditOptionException("mode", "mode is 0600; audit files are for their owner alone");
        var queue = options.Queue();
        options.RefuseOthers();
        var full = Path.GetFullPath(path);
        if (!Path.IsPathRooted(path) || full != path)
            throw new AuditOptionException("file_path", "file_path is an absolute path without . or ..");
        var root = environment.Directories.FirstOrDefault(directory => IsBelow(full, directory))
            ?? throw new AuditOptionException("file_path", "file_path is not below one of the configured audit_directories");
        try
        {
            return (new FileSink(format, full, Path.GetFullPath(root)), queue);
        }
        catch (IOException e)
        {
            throw new AuditOptionException("file_path", $"file_path can't be opened: {e.Message}");
        }
    }

    public void Render(AuditEvent audited, IBufferWriter<byte> output) => format.Write(audited, output);

    public void RenderCheckpoint(DateTimeOffset time, Checkpoint checkpoint, string note, IBufferWriter<byte> output) =>
        format.Write(time, checkpoint, note, output);

    public async ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> rendered, CancellationToken cancel)
    {
        var lines = new ArrayBufferWriter<byte>(rendered.Sum(each => each.Length));
        foreach (var each in rendered)
            lines.Write(each.Span);
        await gate.WaitAsync(cancel);
        try
        {
            file.Append(lines.WrittenSpan);
        }
        finally
        {
            gate.Release();
        }
    }

    public string Hash(string value) => format.Hash(value);

    public async ValueTask ReopenAsync(CancellationToken cancel)
    {
        await gate.WaitAsync(cancel);
        try
        {
            var opened = Open();
            file.Dispose();
            file = opened;
        }
        finally
        {
            gate.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        file.Dispose();
        gate.Dispose();
        format.Close();
        return ValueTask.CompletedTask;
    }

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) + "/", StringComparison.Ordinal);

    /// <summary>O_NOFOLLOW holds for the last part of the path only; the directories between must be no links either.</summary>
    private PosixFile Open()
    {
        for (var parent = Path.GetDirectoryName(path)!; parent.Length > root.Length; parent = Path.GetDirectoryName(parent)!)
        {
            if (new DirectoryInfo(parent).LinkTarget is not null)
                throw new IOException($"{parent} is a symbolic link");
        }
        return PosixFile.OpenAppend(path);
    }
}
