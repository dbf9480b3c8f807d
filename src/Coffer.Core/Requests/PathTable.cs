using System.Collections.Frozen;

namespace Coffer.Core.Requests;

/// <summary>An engine's path descriptions, compiled: finds the first whose pattern fits a relative path.</summary>
public sealed class PathTable
{
    private readonly FrozenDictionary<string, Pattern[]> byFirst;
    private readonly FrozenDictionary<string, Pattern[]>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private readonly Pattern[] open;

    public PathTable(IReadOnlyList<PathDescription> paths)
    {
        Paths = paths;
        var all = paths.Select((p, i) => new Pattern(p, i)).ToArray();
        open = [.. all.Where(p => p.FirstLiteral is null)];
        byFirst = all.Where(p => p.FirstLiteral is not null).GroupBy(p => p.FirstLiteral!)
            .ToFrozenDictionary(g => g.Key, g => g.Concat(open).OrderBy(p => p.Rank).ToArray());
        lookup = byFirst.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public IReadOnlyList<PathDescription> Paths { get; }

    /// <summary>The description and the captures, or null if no pattern fits.</summary>
    public PathMatch? Match(string path)
    {
        var slash = path.AsSpan().IndexOf('/');
        var first = slash < 0 ? path.AsSpan() : path.AsSpan(0, slash);
        foreach (var pattern in lookup.TryGetValue(first, out var candidates) ? candidates : open)
        {
            if (pattern.Match(path) is { } match) return match;
        }
        return null;
    }

    private sealed class Pattern
    {
        private readonly PathDescription description;
        private readonly string[] segments;

        public Pattern(PathDescription description, int rank)
        {
            this.description = description;
            Rank = rank;
            segments = description.Pattern.Split('/');
            FirstLiteral = segments[0].StartsWith('{') ? null : segments[0];
        }

        public int Rank { get; }

        public string? FirstLiteral { get; }

        public PathMatch? Match(string path)
        {
            KeyValuePair<string, string>[] captures = [];
            var at = 0;
            for (var i = 0; i < segments.Length; i++)
            {
                var segment = segments[i];
                if (segment.EndsWith("*}", StringComparison.Ordinal)) return Rest(path, at, i, captures);
                if (at > path.Length) return null;
                var end = path.IndexOf('/', at);
                if (end < 0) end = path.Length;
                var text = path.AsSpan(at, end - at);
                if (segment.StartsWith('{'))
                {
                    if (text.IsEmpty) return null;
                    captures = [.. captures, new(segment[1..^1], text.ToString())];
                }
                else if (!text.SequenceEqual(segment))
                {
                    return null;
                }
                at = end + 1;
            }
            if (at > path.Length) return new PathMatch(description, captures);
            return at == path.Length && description.List is not null ? new PathMatch(description, captures) : null;
        }

        /// <summary>The rest of the path, less the literal segments that follow the capture.</summary>
        private PathMatch? Rest(string path, int at, int i, KeyValuePair<string, string>[] captures)
        {
            var name = segments[i][1..^2];
            var rest = at > path.Length ? "" : path[at..];
            if (i + 1 < segments.Length)
            {
                var suffix = "/" + string.Join('/', segments[(i + 1)..]);
                if (rest.Length <= suffix.Length || !rest.EndsWith(suffix, StringComparison.Ordinal)) return null;
                rest = rest[..^suffix.Length];
            }
            return new PathMatch(description, [.. captures, new(name, rest)]);
        }
    }
}

/// <summary>A description that fits a path, with the text that its captures took.</summary>
public sealed record PathMatch(PathDescription Path, IReadOnlyList<KeyValuePair<string, string>> Captures);
