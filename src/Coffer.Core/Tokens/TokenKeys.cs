using Coffer.Core.Storage;

namespace Coffer.Core.Tokens;

/// <summary>Where tokens and what points to them lie.</summary>
internal static class TokenKeys
{
    public const string TokenPrefix = "token/id/";

    public static EntryKey Token(NamespaceId space, string id) => new(space, TokenPrefix + id);

    public static EntryKey Accessor(NamespaceId space, string accessorHash) => new(space, $"token/accessor/{accessorHash}");

    public static EntryKey Child(NamespaceId space, string parent, string child) => new(space, $"{Children(parent)}{child}");

    public static string Children(string parent) => $"token/parent/{parent}/";

    /// <summary>Tokens by the path that made them, for revocation by prefix.</summary>
    public static EntryKey ByPath(NamespaceId space, string path, string id) => new(space, $"token/path/{path}/{id}");

    public const string PathPrefix = "token/path/";
}
