namespace Coffer.Core.Policies;

/// <summary>What a rule grants. <see cref="Deny"/> is never combined with another.</summary>
[Flags]
public enum Capability
{
    None = 0,

    /// <summary>Write where nothing is.</summary>
    Create = 1,

    /// <summary>Remove.</summary>
    Delete = 2,

    /// <summary>See the names below a path.</summary>
    List = 4,

    /// <summary>Change a part.</summary>
    Patch = 8,

    /// <summary>Read.</summary>
    Read = 16,

    /// <summary>Reach paths reserved for operators, together with the operation's own capability.</summary>
    Sudo = 32,

    /// <summary>Write where something is; also renew, revoke and roll back.</summary>
    Update = 64,

    /// <summary>Refuse everything, whatever else grants it on the same pattern.</summary>
    Deny = 128,
}

/// <summary>The names of capabilities as policies and <c>sys/capabilities</c> write them.</summary>
public static class CapabilityNames
{
    // In the order of their names, which is the order of the answers.
    private static readonly (string Name, Capability Value)[] Granting =
    [
        ("create", Capability.Create), ("delete", Capability.Delete), ("list", Capability.List), ("patch", Capability.Patch),
        ("read", Capability.Read), ("sudo", Capability.Sudo), ("update", Capability.Update),
    ];

    /// <summary>The capability of that exact name.</summary>
    public static bool TryParse(string name, out Capability capability)
    {
        capability = name == "deny" ? Capability.Deny : Granting.FirstOrDefault(entry => entry.Name == name).Value;
        return capability != Capability.None;
    }

    /// <summary>Sorted names; <c>deny</c> alone where nothing is granted.</summary>
    public static IReadOnlyList<string> Of(Capability capabilities)
    {
        string[] names = [.. Granting.Where(entry => (capabilities & entry.Value) != 0).Select(entry => entry.Name)];
        return names.Length == 0 || (capabilities & Capability.Deny) != 0 ? ["deny"] : names;
    }
}
