namespace Coffer.Core.Storage;

/// <summary>A tenant. Part of every key, cache key, token and mount; only <see cref="Root"/> is served so far.</summary>
public readonly record struct NamespaceId(int Value)
{
    public static readonly NamespaceId Root;
}

/// <summary>
/// The place of one entry: a namespace and a path such as <c>sys/token/id/…</c>. Paths are ordered by the bytes of their UTF-8 form
/// in every driver. A path is never empty; it may hold any text but NUL.
/// </summary>
public readonly record struct EntryKey(NamespaceId Namespace, string Path)
{
    public override string ToString() => $"{Namespace.Value}:{Path}";
}
