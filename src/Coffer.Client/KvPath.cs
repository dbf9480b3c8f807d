namespace Coffer.Client;

/// <summary>Where a kv secret is: the mount, its version, and the path inside it.</summary>
/// <param name="Mount">The mount's path, with its trailing slash.</param>
/// <param name="Version">1 or 2.</param>
/// <param name="Path">The path inside the mount, without slashes around it.</param>
public sealed record KvPath(string Mount, int Version, string Path)
{
    /// <summary>The path below <c>/v1/</c> where the API keeps this part of the secret (<c>data</c>, <c>metadata</c>, <c>delete</c>, …).</summary>
    public string Api(string part) => Version == 1 ? Mount + Path : $"{Mount}{part}/{Path}";

    /// <summary>Mount and path.</summary>
    public override string ToString() => Mount + Path;
}
