using System.Text.Json;

namespace Coffer.Core.Policies;

/// <summary>What is asked of an <see cref="Acl"/>.</summary>
public readonly ref struct AclRequest
{
    /// <param name="path">
    /// The request's path within its namespace, without a leading slash and in the very form in which it is routed and stored:
    /// it is compared character by character.
    /// </param>
    /// <param name="needed">The operation's one capability; renew, revoke and rollback need <see cref="Capability.Update"/>.</param>
    public AclRequest(ReadOnlySpan<char> path, Capability needed)
    {
        if (needed is not (Capability.Create or Capability.Delete or Capability.List or Capability.Patch or Capability.Read
            or Capability.Update))
            throw new ArgumentOutOfRangeException(nameof(needed), needed, "an operation needs exactly one capability");
        Path = path;
        Needed = needed;
    }

    /// <summary>The path.</summary>
    public ReadOnlySpan<char> Path { get; }

    /// <summary>The operation's capability.</summary>
    public Capability Needed { get; }

    /// <summary>Whether the path also needs <see cref="Capability.Sudo"/>.</summary>
    public bool NeedsSudo { get; init; }

    /// <summary>How long the reply is to be wrapped; null or zero if it is not.</summary>
    public TimeSpan? WrapTtl { get; init; }

    /// <summary>
    /// Gives the request's fields as one JSON object; an undefined element if there are none. Called only if the rule looks at fields,
    /// which is never for a delete or a list.
    /// </summary>
    public Func<JsonElement>? Parameters { get; init; }
}
