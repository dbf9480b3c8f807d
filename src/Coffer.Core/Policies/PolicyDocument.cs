using Coffer.Formats.Hcl;

namespace Coffer.Core.Policies;

/// <summary>
/// One parsed policy. The text itself is stored by the caller, byte for byte; this is only its meaning.
/// </summary>
public sealed class PolicyDocument
{
    private PolicyDocument(string name, IReadOnlyList<PolicyRule> rules)
    {
        Name = name;
        Rules = rules;
    }

    /// <summary>The policy that allows everything.</summary>
    public static PolicyDocument Root { get; } = new(PolicyNames.Root, []);

    /// <summary>The name in canonical form.</summary>
    public string Name { get; }

    /// <summary>The rules in the order of the text.</summary>
    public IReadOnlyList<PolicyRule> Rules { get; }

    /// <summary>Whether this is the root policy.</summary>
    public bool IsRoot => ReferenceEquals(this, Root);

    /// <summary>Whether some rule depends on who asks, so that a compiled <see cref="Acl"/> holds for one entity only.</summary>
    public bool IsTemplated => Rules.Any(rule => rule.Template is not null);

    /// <summary>Reads a policy in HCL or JSON.</summary>
    /// <exception cref="PolicyException">The text is refused, or the name is root's.</exception>
    public static PolicyDocument Parse(string name, string text)
    {
        string canonical = PolicyNames.Canonical(name);
        if (canonical == PolicyNames.Root)
            throw new PolicyException("cannot update \"root\" policy");
        try
        {
            HclBody body = HclDocument.Parse(text);
            foreach (HclItem item in body.Items)
            {
                if (item.Name is not ("path" or "name"))
                    throw new PolicyException(Problems($"invalid key \"{item.Name}\" on line {item.Line}"), item.Line);
            }
            return new PolicyDocument(canonical, [.. body.Blocks("path", 1).Select(PolicyRule.Read)]);
        }
        catch (HclException e)
        {
            throw new PolicyException($"failed to parse policy: {e.Message}", e.Line);
        }
    }

    /// <summary>One problem in the list form that Vault's answers have.</summary>
    internal static string Problems(string problem) => $"failed to parse policy: 1 error occurred:\n\t* {problem}\n\n";
}
