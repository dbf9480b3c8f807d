using System.Text;
using Coffer.Formats.Hcl;

namespace Coffer.Core.Policies.Passwords;

/// <summary>
/// How generated passwords look: their length, and of which characters at least how many. The text itself is stored by the caller.
/// </summary>
public sealed class PasswordPolicy
{
    /// <summary>The shortest password a policy may ask for, in characters.</summary>
    public const int MinLength = 4;

    /// <summary>The longest password a policy may ask for, in characters.</summary>
    public const int MaxLength = 100;

    // Unbiased generation throws away what breaks a rule. A policy is refused when it is written unless ten passwords come out of ten
    // thousand tries; one that passes at about that rate still fails fifty thousand tries only once in e^50 times.
    private const int MaxTries = 50_000;
    private const int TriesWhenWritten = 10_000;
    private const int PasswordsWhenWritten = 10;

    // Keeps the alphabet within what UnbiasedDraw can draw from.
    private const int MaxRules = 100;

    private readonly CharacterRule[] rules;
    private readonly Rune[] alphabet;

    private PasswordPolicy(int length, CharacterRule[] rules)
    {
        Length = length;
        this.rules = rules;
        alphabet = [.. rules.SelectMany(rule => rule.Characters).Distinct().Order()];
    }

    /// <summary>How many characters a password has.</summary>
    public int Length { get; }

    /// <summary>Reads a policy in HCL or JSON.</summary>
    /// <exception cref="PolicyException">The text is refused, or no password can meet it.</exception>
    public static PasswordPolicy Parse(string text)
    {
        try
        {
            PasswordPolicy policy = Read(HclDocument.Parse(text));
            policy.Check();
            return policy;
        }
        catch (HclException e)
        {
            throw Refuse(e.Message, e.Line);
        }
    }

    /// <summary>A new password, each that the policy allows as likely as any other.</summary>
    /// <exception cref="PolicyException">The bound on tries was reached.</exception>
    public string Generate()
    {
        int tries = MaxTries;
        return TryGenerate(ref tries) ?? throw new PolicyException("unable to generate a password: the rules are met too rarely");
    }

    private static PasswordPolicy Read(HclBody body)
    {
        body.AllowOnly("length", "rule");
        HclValue? value = body.Attribute("length");
        long length = value?.AsInteger() ?? 0;
        if (length is < 1 or > MaxLength)
            throw Refuse($"passwords must be between {MinLength} and {MaxLength} characters", value?.Line ?? 0);
        List<CharacterRule> rules = [];
        foreach (HclBlock block in body.Blocks("rule", 1))
        {
            if (block.Labels[0].Text != "charset")
                throw block.Error($"unrecognized rule type \"{block.Labels[0].Text}\"");
            rules.Add(CharacterRule.Read(block));
            if (rules.Count > MaxRules)
                throw block.Error($"more than {MaxRules} rules");
        }
        return new PasswordPolicy((int)length, [.. rules]);
    }

    private void Check()
    {
        if (alphabet.Length == 0)
            throw Refuse("no charset specified", 0);
        int least = rules.Sum(rule => rule.MinChars);
        if (least > Length)
            throw Refuse($"specified rules require at least {least} characters but {Length} is specified", 0);
        if (Length < MinLength)
            throw Refuse($"passwords must be between {MinLength} and {MaxLength} characters", 0);
        int tries = TriesWhenWritten;
        int made = 0;
        while (made < PasswordsWhenWritten && TryGenerate(ref tries) is not null)
            made++;
        if (made < PasswordsWhenWritten)
            throw Refuse("unable to generate a password: the rules are met too rarely", 0);
    }

    private string? TryGenerate(ref int tries)
    {
        using var draw = new UnbiasedDraw();
        var runes = new Rune[Length];
        while (tries-- > 0)
        {
            foreach (ref Rune rune in runes.AsSpan())
                rune = alphabet[draw.Below(alphabet.Length)];
            if (Array.TrueForAll(rules, rule => rule.IsMetBy(runes)))
            {
                var text = new StringBuilder(Length);
                foreach (Rune rune in runes)
                    text.Append(rune);
                Array.Clear(runes);
                string password = text.ToString();
                for (int c = 0; c < text.Length; c++)
                    text[c] = '\0';
                return password;
            }
        }
        return null;
    }

    private static PolicyException Refuse(string problem, int line) =>
        new($"invalid password policy: 1 error occurred:\n\t* {problem}\n\n", line);
}
