using Coffer.Formats.Hcl;

namespace Coffer.Core.Policies;

/// <summary>One <c>path "…" { }</c> of a policy.</summary>
public sealed class PolicyRule
{
    /// <summary>Longer patterns are refused; this also bounds the depth of the compiled trie.</summary>
    public const int MaxPathLength = 4096;

    private static readonly string[] Keys =
    [
        "comment", "policy", "capabilities", "allowed_parameters", "denied_parameters", "required_parameters",
        "min_wrapping_ttl", "max_wrapping_ttl",
    ];

    private PolicyRule(string path, int line, PathTemplate? template, Capability capabilities, ParameterRules? parameters)
    {
        Path = path;
        Line = line;
        Template = template;
        Capabilities = capabilities;
        Parameters = parameters;
    }

    /// <summary>The pattern as compiled: without a leading slash, templates not yet filled in.</summary>
    public string Path { get; }

    /// <summary>1-based line of the rule in the text.</summary>
    public int Line { get; }

    /// <summary>What the rule grants, or <see cref="Capability.Deny"/> alone.</summary>
    public Capability Capabilities { get; }

    /// <summary>The shortest wrapping allowed; zero if the reply need not be wrapped.</summary>
    public TimeSpan MinWrappingTtl { get; private init; }

    /// <summary>The longest wrapping allowed; zero if there is no bound.</summary>
    public TimeSpan MaxWrappingTtl { get; private init; }

    internal PathTemplate? Template { get; }

    internal ParameterRules? Parameters { get; }

    internal static PolicyRule Read(HclBlock block)
    {
        string label = block.Labels[0].Text;
        int line = block.Labels[0].Position.Line;
        foreach (HclItem item in block.Body.Items)
        {
            if (Keys.Contains(item.Name))
                continue;
            string problem = $"path \"{label}\": invalid key \"{item.Name}\" on line {item.Line}";
            throw new PolicyException(PolicyDocument.Problems(problem), item.Line);
        }
        string path = label.StartsWith('/') ? label[1..] : label;
        if (path.Length > MaxPathLength)
            throw Refuse(line, label[..64] + "…", $"longer than {MaxPathLength} characters");
        if (path.Contains("+*", StringComparison.Ordinal))
            throw Refuse(line, label, "invalid use of wildcards ('+*' is forbidden)");
        if (!PathTemplate.TryParse(path, out PathTemplate? template, out string? trouble))
            throw Refuse(line, label, $"failed to validate policy templating: {trouble}");

        Capability capabilities = ReadCapabilities(label, block.Body, line);
        TimeSpan min = block.Body.Attribute("min_wrapping_ttl")?.AsDuration() ?? TimeSpan.Zero;
        TimeSpan max = block.Body.Attribute("max_wrapping_ttl")?.AsDuration() ?? TimeSpan.Zero;
        if (min > TimeSpan.Zero && max > TimeSpan.Zero && max < min)
            throw Refuse(line, label, "max_wrapping_ttl cannot be less than min_wrapping_ttl");
        _ = block.Body.Attribute("comment")?.AsString();
        var parameters = ParameterRules.Read(block.Body);
        bool deny = capabilities == Capability.Deny;
        return new PolicyRule(path, line, template, capabilities, deny ? null : parameters)
        {
            MinWrappingTtl = deny ? TimeSpan.Zero : min,
            MaxWrappingTtl = deny ? TimeSpan.Zero : max,
        };
    }

    private static Capability ReadCapabilities(string label, HclBody body, int line)
    {
        string shorthand = body.Attribute("policy")?.AsString() ?? "";
        Capability all = shorthand switch
        {
            "" => Capability.None,
            "deny" => Capability.Deny,
            "read" => Capability.Read | Capability.List,
            "write" => Capability.Create | Capability.Read | Capability.Update | Capability.Delete | Capability.List,
            "sudo" => Capability.Create | Capability.Read | Capability.Update | Capability.Delete | Capability.List | Capability.Sudo,
            _ => throw Refuse(line, label, $"invalid policy \"{shorthand}\""),
        };
        foreach (string name in body.Attribute("capabilities")?.AsStrings() ?? [])
        {
            if (!CapabilityNames.TryParse(name, out Capability one))
                throw Refuse(line, label, $"invalid capability \"{name}\"");
            all |= one;
        }
        return (all & Capability.Deny) != 0 ? Capability.Deny : all;
    }

    private static PolicyException Refuse(int line, string path, string problem) =>
        new($"failed to parse policy: path \"{path}\": {problem}", line);
}
