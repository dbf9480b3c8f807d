namespace Coffer.Core.Mounts;

/// <summary>Where something may be mounted.</summary>
internal static class MountPaths
{
    private static readonly string[] Reserved = ["auth/", "sys/", "cubbyhole/", "identity/", "coffer/"];

    /// <summary>What is wrong with a path (with <c>/</c> at its end), or null.</summary>
    public static string? Refusal(string path, MountKind kind)
    {
        var own = kind == MountKind.Auth ? path["auth/".Length..] : path;
        if (own.Length < 2 || own.Split('/')[..^1].Any(s => s is "" or "." or ".."))
            return $"cannot mount \"{path}\": a path has named segments";
        if (own.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '*' or '+'))
            return $"cannot mount \"{path}\": white space, control characters, * and + can't stand in a path";
        return kind == MountKind.Secret && Reserved.Any(r => Overlap(r, path)) ? $"cannot mount \"{path}\"" : null;
    }

    public static bool Overlap(string one, string other) =>
        one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal);

    public static Mount New(string path, MountKind kind, string type) => new()
    {
        Path = path,
        Kind = kind,
        Type = type,
        Uuid = Ids.Uuid(),
        Accessor = kind == MountKind.Auth ? $"auth_{type}_{Ids.Hex(4)}" : $"{type}_{Ids.Hex(4)}",
    };
}
