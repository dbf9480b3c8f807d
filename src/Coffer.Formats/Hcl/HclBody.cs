namespace Coffer.Formats.Hcl;

/// <summary>
/// The entries of a document, block or object in the order of the text. Nothing is merged: a repeated block or attribute is there twice,
/// and the reader says what repetition means.
/// </summary>
public sealed class HclBody
{
    internal HclBody(IReadOnlyList<HclItem> items, HclPosition position)
    {
        Items = items;
        Position = position;
    }

    /// <summary>All entries in the order of the text.</summary>
    public IReadOnlyList<HclItem> Items { get; }

    /// <summary>Where the body starts.</summary>
    public HclPosition Position { get; }

    /// <summary>1-based line of the start.</summary>
    public int Line => Position.Line;

    /// <summary>1-based column of the start.</summary>
    public int Column => Position.Column;

    /// <summary>
    /// The attribute of that name, or null.
    /// </summary>
    /// <exception cref="HclException">It is set twice, or is written as a block.</exception>
    public HclValue? Attribute(string name)
    {
        HclItem[] found = [.. Items.Where(item => item.Name == name)];
        if (found.Length == 0)
            return null;
        if (found.Length > 1)
            throw found[1].Error($"\"{name}\" is already set on line {found[0].Line}");
        return found[0] is HclAttribute attribute ? attribute.Value
            : throw found[0].Error($"\"{name}\" is a value, not a block: write {name} = …");
    }

    /// <summary>
    /// Every block of that type with exactly <paramref name="labels"/> labels, in all the spellings HCL1 treats alike:
    /// <c>type "label" { }</c>, <c>type { "label" { } }</c>, <c>type = { label = { } }</c>, and lists of these, which is what JSON has.
    /// </summary>
    /// <exception cref="HclException">An entry of that name has another shape.</exception>
    public IReadOnlyList<HclBlock> Blocks(string type, int labels = 0)
    {
        List<HclBlock> found = [];
        foreach (HclItem item in Items)
        {
            if (item.Name == type)
                Collect(item, item.Key, [], labels, found);
        }
        return found;
    }

    /// <summary>The one block of that type, or null.</summary>
    /// <exception cref="HclException">There are several, or an entry of that name has another shape.</exception>
    public HclBlock? Block(string type, int labels = 0)
    {
        IReadOnlyList<HclBlock> blocks = Blocks(type, labels);
        return blocks.Count > 1
            ? throw blocks[1].Error($"only one \"{type}\" block is allowed, the first is on line {blocks[0].Line}")
            : blocks.Count == 0 ? null : blocks[0];
    }

    /// <summary>Refuses any entry whose name is not listed.</summary>
    /// <exception cref="HclException">Names the first unknown entry.</exception>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        foreach (HclItem item in Items)
        {
            if (!names.Contains(item.Name))
                throw item.Error($"unknown key \"{item.Name}\"");
        }
    }

    private static void Collect(HclItem item, HclName type, IReadOnlyList<HclName> outer, int labels, List<HclBlock> found)
    {
        if (item is HclBlock block)
            Expand(block.Body, type, [.. outer, .. block.Labels], labels, found, item);
        else
            Collect(((HclAttribute)item).Value, type, outer, labels, found, item);
    }

    private static void Collect(HclValue value, HclName type, IReadOnlyList<HclName> outer, int labels, List<HclBlock> found, HclItem item)
    {
        switch (value.Kind)
        {
            case HclKind.Object:
                Expand(value.AsObject(), type, outer, labels, found, item);
                break;
            case HclKind.List:
                foreach (HclValue element in value.AsList())
                    Collect(element, type, outer, labels, found, item);
                break;
            default:
                throw value.Error($"\"{type.Text}\" is a block, not a {value.KindName}");
        }
    }

    private static void Expand(HclBody body, HclName type, IReadOnlyList<HclName> have, int want, List<HclBlock> found, HclItem item)
    {
        if (have.Count == want)
        {
            found.Add(new HclBlock(type, have, body));
            return;
        }
        if (have.Count > want)
            throw item.Error($"\"{type.Text}\" takes {want} label{(want == 1 ? "" : "s")}, not {have.Count}");
        foreach (HclItem inner in body.Items)
            Collect(inner, type, [.. have, inner.Key], want, found);
    }
}
