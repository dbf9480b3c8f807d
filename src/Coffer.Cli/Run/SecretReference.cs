using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Coffer.Cli.Run;

/// <summary>
/// A reference to one field of a secret: <c>coffer://mount/path#field</c> or <c>vault:mount/path#field</c>,
/// with <c>?version=N</c> before the <c>#</c> for another than the current version.
/// </summary>
internal sealed record SecretReference(string Path, string Field, int? Version)
{
    public static bool IsReference(string text) =>
        text.StartsWith("coffer://", StringComparison.Ordinal) || text.StartsWith("vault:", StringComparison.Ordinal);

    /// <summary>Reads a reference; on failure says what is missing.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SecretReference? reference, [NotNullWhen(false)] out string? error)
    {
        reference = null;
        string rest = text.StartsWith("coffer://", StringComparison.Ordinal) ? text["coffer://".Length..]
            : text.StartsWith("vault://", StringComparison.Ordinal) ? text["vault://".Length..]
            : text["vault:".Length..];
        int hash = rest.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0 || hash == rest.Length - 1)
        {
            error = $"\"{text}\" names no field: write {text.TrimEnd('#')}#field";
            return false;
        }
        (string path, string field) = (rest[..hash], rest[(hash + 1)..]);
        int? version = null;
        if (path.IndexOf("?version=", StringComparison.Ordinal) is >= 0 and var query)
        {
            if (!int.TryParse(path.AsSpan(query + "?version=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            {
                error = $"\"{text}\" has a version that is not a number";
                return false;
            }
            (path, version) = (path[..query], number);
        }
        path = path.Trim('/');
        if (!path.Contains('/', StringComparison.Ordinal))
        {
            error = $"\"{text}\" needs a mount and a path: coffer://mount/path#{field}";
            return false;
        }
        reference = new SecretReference(path, field, version);
        error = null;
        return true;
    }
}
