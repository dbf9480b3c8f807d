using System.Text;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.Policies.Passwords;

/// <summary>Where password policies lie, for <c>sys/policies/password</c> and for engines that make passwords by one.</summary>
public static class PasswordPolicies
{
    public const string Prefix = "core/password-policy/";

    public static EntryKey Key(NamespaceId space, string name) => new(space, Prefix + name);

    /// <summary>The policy, or null if there is none of that name.</summary>
    public static async ValueTask<PasswordPolicy?> FindAsync(Transaction transaction, NamespaceId space, string name) =>
        await transaction.GetAsync(Key(space, name)) is { } entry ? PasswordPolicy.Parse(Encoding.UTF8.GetString(entry.Value)) : null;
}
