using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Coffer.Core.Policies;

/// <summary>
/// A pattern with <c>{{identity.…}}</c> in it. A substituted value never changes the pattern's shape: one with <c>+</c>, <c>*</c> or
/// <c>/</c> is refused (GHSA-59w7-v8rr-pr4p), and so is an ambiguous one (GHSA-pfmw).
/// </summary>
internal sealed class PathTemplate
{
    private static readonly SearchValues<char> Unsafe = SearchValues.Create("+*/");

    // Literal texts at even places, selectors at odd ones.
    private readonly string[] parts;

    private PathTemplate(string[] parts) => this.parts = parts;

    /// <summary>False if the braces or a selector are wrong; <paramref name="template"/> stays null if the path has none.</summary>
    public static bool TryParse(string path, out PathTemplate? template, [NotNullWhen(false)] out string? problem)
    {
        template = null;
        problem = null;
        List<string> parts = [];
        ReadOnlySpan<char> rest = path;
        while (true)
        {
            int open = rest.IndexOf("{{");
            int close = rest.IndexOf("}}");
            if (open < 0 && close < 0)
                break;
            if (open < 0 || close < open || rest[(open + 2)..close].Contains("{{", StringComparison.Ordinal))
                return (problem = "unbalanced templating characters") is null;
            string selector = rest[(open + 2)..close].Trim().ToString();
            if (!IsKnown(selector))
                return (problem = $"unknown template {{{{{selector}}}}}") is null;
            parts.Add(rest[..open].ToString());
            parts.Add(selector);
            rest = rest[(close + 2)..];
        }
        if (parts.Count > 0)
            template = new PathTemplate([.. parts, rest.ToString()]);
        return true;
    }

    /// <summary>The pattern for this identity; false with a reason if a value is missing or refused.</summary>
    public bool TryFill(TemplateIdentity? identity, [NotNullWhen(true)] out string? path, [NotNullWhen(false)] out string? problem)
    {
        path = null;
        problem = null;
        if (identity is null)
            return (problem = "the token has no entity") is null;
        var text = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.Length; i += 2)
        {
            string? value = Select(parts[i], identity);
            if (string.IsNullOrEmpty(value))
                return (problem = $"no single value for {{{{{parts[i]}}}}}") is null;
            if (value.AsSpan().ContainsAny(Unsafe) || value is "." or "..")
                return (problem = $"the value of {{{{{parts[i]}}}}} holds '+', '*' or '/' or is a dot segment") is null;
            text.Append(value).Append(parts[i + 1]);
        }
        path = text.ToString();
        return true;
    }

    private static bool IsKnown(string selector)
    {
        string[] words = selector.Split('.');
        return words switch
        {
            ["identity", "entity", "id" or "name"] => true,
            ["identity", "entity", "metadata", _, ..] => true,
            ["identity", "entity", "aliases", _, "id" or "name"] => true,
            ["identity", "entity", "aliases", _, "metadata" or "custom_metadata", _, ..] => true,
            ["identity", "groups", "ids", _, .., "name"] => true,
            ["identity", "groups", "names", _, .., "id"] => true,
            ["identity", "groups", "ids" or "names", _, "metadata", _, ..] => true,
            _ => false,
        } && !words.Contains("");
    }

    private static string? Select(string selector, TemplateIdentity identity)
    {
        string[] words = selector.Split('.');
        if (words[1] == "entity")
        {
            return words[2] switch
            {
                "id" => identity.EntityId,
                "name" => identity.EntityName,
                "metadata" => identity.Metadata.GetValueOrDefault(Rest(words, 3)),
                _ => SelectAlias(words, identity),
            };
        }
        int metadata = Array.IndexOf(words, "metadata", 4);
        bool named = words[2] == "names";
        string wanted = string.Join('.', words[3..(metadata >= 0 ? metadata : ^1)]);
        TemplateGroup? group = Single(identity.Groups, candidate => (named ? candidate.Name : candidate.Id) == wanted);
        return metadata >= 0 ? group?.Metadata.GetValueOrDefault(Rest(words, metadata + 1)) : named ? group?.Id : group?.Name;
    }

    private static string? SelectAlias(string[] words, TemplateIdentity identity)
    {
        TemplateAlias? alias = Single(identity.Aliases, candidate => candidate.MountAccessor == words[3]);
        return words[4] switch
        {
            "id" => alias?.Id,
            "name" => alias?.Name,
            "metadata" => alias?.Metadata.GetValueOrDefault(Rest(words, 5)),
            _ => alias?.CustomMetadata.GetValueOrDefault(Rest(words, 5)),
        };
    }

    /// <summary>The one that fits; none if several do, for the first of them would be an accident.</summary>
    private static T? Single<T>(IReadOnlyList<T> all, Func<T, bool> fits)
        where T : class
    {
        T[] found = [.. all.Where(fits).Take(2)];
        return found.Length == 1 ? found[0] : null;
    }

    private static string Rest(string[] words, int from) => string.Join('.', words[from..]);
}
