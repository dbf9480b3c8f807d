namespace Coffer.Modules.Engines.Kv;

/// <summary>The rules for the names of secrets that can be written.</summary>
internal static class KvPath
{
    /// <summary>Why nothing can be written at this path, or null.</summary>
    public static string? Refusal(string path) =>
        path.Length == 0 || path.EndsWith('/') ? "cannot write to a path ending in '/'"
        : path.Contains("..", StringComparison.Ordinal) ? "path cannot contain '..'"
        : path.StartsWith('/') || path.Contains("//", StringComparison.Ordinal) ? "path cannot contain an empty segment"
        : path.Contains('\0', StringComparison.Ordinal) ? "path cannot contain NUL"
        : null;

    /// <summary>A path as a folder: with <c>/</c> at its end, or empty for the top.</summary>
    public static string Folder(string path) => path.Length == 0 || path.EndsWith('/') ? path : path + "/";
}
