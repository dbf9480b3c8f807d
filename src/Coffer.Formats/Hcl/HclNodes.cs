namespace Coffer.Formats.Hcl;

/// <summary>Where a node starts: 1-based line and column.</summary>
public readonly record struct HclPosition(int Line, int Column)
{
    internal HclException Error(string problem) => new(Line, Column, problem);
}

/// <summary>A key or a label, unquoted, with its place.</summary>
public sealed record HclName(string Text, HclPosition Position)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>One entry of a body: <see cref="HclAttribute"/> or <see cref="HclBlock"/>.</summary>
public abstract class HclItem
{
    private protected HclItem(HclName name) => Key = name;

    /// <summary>The key with its place.</summary>
    public HclName Key { get; }

    /// <summary>The key's text: an attribute's name or a block's type.</summary>
    public string Name => Key.Text;

    /// <summary>1-based line of the key.</summary>
    public int Line => Key.Position.Line;

    /// <summary>1-based column of the key.</summary>
    public int Column => Key.Position.Column;

    /// <summary>An error that points at this entry.</summary>
    public HclException Error(string problem) => Key.Position.Error(problem);
}

/// <summary><c>name = value</c>; in JSON every member, also one that stands for a block.</summary>
public sealed class HclAttribute : HclItem
{
    internal HclAttribute(HclName name, HclValue value)
        : base(name) => Value = value;

    /// <summary>What stands right of the equals sign.</summary>
    public HclValue Value { get; }
}

/// <summary><c>type "label" … { body }</c>.</summary>
public sealed class HclBlock : HclItem
{
    internal HclBlock(HclName type, IReadOnlyList<HclName> labels, HclBody body)
        : base(type)
    {
        Labels = labels;
        Body = body;
    }

    /// <summary>The labels in order; none, one or more.</summary>
    public IReadOnlyList<HclName> Labels { get; }

    /// <summary>What stands between the braces.</summary>
    public HclBody Body { get; }
}
