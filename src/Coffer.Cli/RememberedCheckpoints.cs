using System.Text;
using Coffer.Formats.Transparency;

namespace Coffer.Cli;

/// <summary>
/// The last good checkpoint of each log, and the key that signed it, in <c>~/.config/coffer/checkpoints/</c>. Whoever can write
/// every file of the server still cannot change what is remembered here.
/// </summary>
internal static class RememberedCheckpoints
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static string Folder =>
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config
                ? config
                : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? ".", ".config"),
            "coffer", "checkpoints");

    public static string? Note(string origin) => Read(PathOf(origin, "note"));

    public static NoteVerifier? Key(string origin) => Read(PathOf(origin, "key")) is { } text ? ParseKey(text) : null;

    public static IReadOnlyList<NoteVerifier> Keys() => [.. Files("*.key").Select(file => ParseKey(File.ReadAllText(file)))];

    public static IEnumerable<KnownCheckpoint> All() => Files("*.note").Select(file => new KnownCheckpoint("remembered", File.ReadAllText(file)));

    public static void Keep(string origin, string note, NoteVerifier? key = null)
    {
        Directory.CreateDirectory(Folder, OwnerOnly);
        PrivateFile.Write(PathOf(origin, "note"), Encoding.UTF8.GetBytes(note));
        if (key is not null)
            PrivateFile.Write(PathOf(origin, "key"), Encoding.UTF8.GetBytes(key + "\n"));
    }

    public static NoteVerifier ParseKey(string text)
    {
        try
        {
            return NoteVerifier.Parse(text.Trim());
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new LocalException("A key is not of the form name+id+base64.");
        }
    }

    private static string[] Files(string pattern) => Directory.Exists(Folder) ? Directory.GetFiles(Folder, pattern) : [];

    // Origins have slashes; escaped they are one name each.
    private static string PathOf(string origin, string kind) => Path.Combine(Folder, $"{Uri.EscapeDataString(origin)}.{kind}");

    private static string? Read(string path) => File.Exists(path) ? File.ReadAllText(path) : null;
}
