using System.Globalization;
using System.Text;
using Coffer.Formats.Hcl;

namespace Coffer.Core.Policies.Passwords;

/// <summary><c>rule "charset" { charset = "…" min-chars = n }</c>: characters that may occur, and how many of them must.</summary>
internal sealed class CharacterRule
{
    private const int MaxCharacters = 512;
    private readonly HashSet<Rune> characters;

    private CharacterRule(HashSet<Rune> characters, int minChars)
    {
        this.characters = characters;
        MinChars = minChars;
    }

    public IEnumerable<Rune> Characters => characters;

    public int MinChars { get; }

    public static CharacterRule Read(HclBlock block)
    {
        block.Body.AllowOnly("charset", "min-chars");
        HclValue charset = block.Body.Attribute("charset") ?? throw block.Error("charset cannot be empty");
        string text = charset.AsString();
        if (text.Length is 0 or > MaxCharacters)
            throw charset.Error(text.Length == 0 ? "charset cannot be empty" : $"charset is longer than {MaxCharacters} characters");
        HashSet<Rune> characters = [];
        foreach (Rune rune in text.EnumerateRunes())
        {
            // A lone surrogate arrives as the replacement character, which no one means.
            if (rune == Rune.ReplacementChar || !IsPrintable(rune))
                throw charset.Error("charset may hold printable characters only");
            characters.Add(rune);
        }
        HclValue? minChars = block.Body.Attribute("min-chars");
        long min = minChars?.AsInteger() ?? 0;
        if (min is < 0 or > short.MaxValue)
            throw minChars!.Error("min-chars is out of range");
        return new CharacterRule(characters, (int)min);
    }

    public bool IsMetBy(ReadOnlySpan<Rune> password)
    {
        if (MinChars == 0)
            return true;
        int count = 0;
        foreach (Rune rune in password)
            count += characters.Contains(rune) ? 1 : 0;
        return count >= MinChars;
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
