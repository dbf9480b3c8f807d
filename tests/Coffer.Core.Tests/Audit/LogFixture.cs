using System.Text;
using Coffer.Core.Audit;
using Coffer.Formats.Transparency;

namespace Coffer.Core.Tests.Audit;

/// <summary>A log in a directory of its own.</summary>
internal sealed class LogFixture : IDisposable
{
    public const string Origin = "test/audit/node-1";
    private static readonly byte[] Seed = Enumerable.Repeat((byte)3, 32).ToArray();
    private static readonly byte[] HmacKey = Enumerable.Repeat((byte)4, 32).ToArray();

    public LogFixture(string? directory = null) =>
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("coffer-audit-").FullName;

    public string Directory { get; }

    public MemoryCheckpoints Store { get; } = new();

    public static NoteVerifier Key { get; } = Signer().Verifier;

    public static NoteSigner Signer() => new(Origin, Seed);

    public static byte[] Leaf(int number) => Encoding.UTF8.GetBytes($"{{\"time\":\"2026-01-02T03:04:05Z\",\"path\":\"secret/data/{number}\"}}");

    public Task<AuditLog> OpenAsync(AuditLogOptions? options = null, bool shared = false) => AuditLog.OpenAsync(
        (options ?? new() { Directory = Directory }) with { Directory = Directory },
        Signer(), HmacKey, shared ? Store : null, TimeProvider.System, CancellationToken.None);

    /// <summary>Writes entries one batch each, and closes the log.</summary>
    public async Task WriteAsync(int count, AuditLogOptions? options = null, int first = 0)
    {
        await using var log = await OpenAsync(options);
        for (var i = first; i < first + count; i++)
            await log.AppendAsync(Leaf(i), CancellationToken.None);
    }

    public LogVerification Verify(params IEnumerable<KnownCheckpoint> known) => LogVerifier.Verify(Directory, [Key], known);

    public string Checkpoint() => File.ReadAllText(Path.Combine(Directory, LogLayout.CheckpointFile));

    public string Segment(int number = 0) => LogLayout.Segments(Directory)[number].Path;

    /// <summary>A copy of the directory as it is now, as after a power cut or by a thief.</summary>
    public LogFixture Copy()
    {
        var copy = new LogFixture();
        foreach (var file in System.IO.Directory.EnumerateFiles(Directory, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == "lock")
                continue;
            var target = Path.Combine(copy.Directory, Path.GetRelativePath(Directory, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

internal sealed class MemoryCheckpoints : ICheckpointStore
{
    public string? Last { get; set; }

    public ValueTask<string?> LastAsync(string origin, CancellationToken cancel) => new(Last);

    public ValueTask KeepAsync(string origin, string signedCheckpoint, CancellationToken cancel)
    {
        Last = signedCheckpoint;
        return ValueTask.CompletedTask;
    }
}
