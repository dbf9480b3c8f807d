namespace Coffer.Core.Policies;

/// <summary>A compressed trie of literals: the longest one that a text starts with, in one pass over the text. Immutable.</summary>
internal sealed class PrefixTrie<T>
    where T : class
{
    private readonly string label;
    private readonly T? value;
    private readonly char[] firsts;
    private readonly PrefixTrie<T>[] children;

    public PrefixTrie(IEnumerable<KeyValuePair<string, T>> entries)
        : this("", [.. entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)], 0)
    {
    }

    /// <param name="label">The text of the edge that leads here.</param>
    /// <param name="sorted">The entries below, all alike in their first <paramref name="depth"/> characters.</param>
    private PrefixTrie(string label, ReadOnlySpan<KeyValuePair<string, T>> sorted, int depth)
    {
        this.label = label;
        if (!sorted.IsEmpty && sorted[0].Key.Length == depth)
        {
            value = sorted[0].Value;
            sorted = sorted[1..];
        }
        List<PrefixTrie<T>> below = [];
        while (!sorted.IsEmpty)
        {
            int count = 1;
            while (count < sorted.Length && sorted[count].Key[depth] == sorted[0].Key[depth])
                count++;
            // Sorted, so what the first and the last have in common all have.
            int common = sorted[0].Key.AsSpan(depth).CommonPrefixLength(sorted[count - 1].Key.AsSpan(depth));
            below.Add(new PrefixTrie<T>(sorted[0].Key.Substring(depth, common), sorted[..count], depth + common));
            sorted = sorted[count..];
        }
        children = [.. below];
        firsts = [.. below.Select(child => child.label[0])];
    }

    /// <summary>The value of the longest entry that <paramref name="text"/> starts with.</summary>
    public T? Longest(ReadOnlySpan<char> text)
    {
        PrefixTrie<T> node = this;
        T? best = value;
        while (!text.IsEmpty)
        {
            int index = Array.BinarySearch(node.firsts, text[0]);
            if (index < 0 || !text.StartsWith(node.children[index].label, StringComparison.Ordinal))
                break;
            node = node.children[index];
            text = text[node.label.Length..];
            best = node.value ?? best;
        }
        return best;
    }
}
