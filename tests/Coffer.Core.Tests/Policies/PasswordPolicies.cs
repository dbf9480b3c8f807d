using Coffer.Core.Policies;
using Coffer.Core.Policies.Passwords;

namespace Coffer.Core.Tests.Policies;

public sealed class PasswordPolicies
{
    private const string Mixed = """
        length = 20
        rule "charset" { charset = "abcdefghijklmnopqrstuvwxyz" min-chars = 1 }
        rule "charset" { charset = "0123456789" min-chars = 2 }
        rule "charset" { charset = "!@" }
        """;

    [Fact]
    public void GeneratedPasswordsMeetEachRule()
    {
        PasswordPolicy policy = PasswordPolicy.Parse(Mixed);
        HashSet<string> seen = [];
        for (int i = 0; i < 500; i++)
        {
            string password = policy.Generate();
            Assert.Equal(20, password.Length);
            Assert.True(password.Count(char.IsAsciiDigit) >= 2 && password.Any(char.IsAsciiLetterLower));
            Assert.All(password, c => Assert.True(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '!' or '@'));
            Assert.True(seen.Add(password));
        }
    }

    [Fact]
    public void JsonIsUnderstood()
    {
        PasswordPolicy policy = PasswordPolicy.Parse("""{"length": 8, "rule": [{"charset": {"charset": "0123456789"}}]}""");
        Assert.Matches("^[0-9]{8}$", policy.Generate());
    }

    [Fact]
    public void EachCharacterIsAsLikelyAsAnyOther()
    {
        // 7 does not divide 2^16, and one character stands twice in the rules.
        PasswordPolicy policy = PasswordPolicy.Parse(
            "length = 100\nrule \"charset\" { charset = \"abcdefga\" }\nrule \"charset\" { charset = \"a\" }");
        int[] counts = new int[7];
        for (int i = 0; i < 700; i++)
        {
            foreach (char c in policy.Generate())
                counts[c - 'a']++;
        }
        Assert.All(counts, count => Assert.InRange(count, 9_300, 10_700));
    }

    [Fact]
    public void CharactersBeyondTheBasicPlaneCountAsOne() =>
        Assert.Equal(8, PasswordPolicy.Parse("length = 4\nrule \"charset\" { charset = \"😀\" }").Generate().Length);

    [Theory]
    [InlineData("length = 2\nrule \"charset\" { charset = \"ab\" min-chars = 5 }",
        "specified rules require at least 5 characters but 2 is specified")]
    [InlineData("length = 2\nrule \"charset\" { charset = \"ab\" }", "passwords must be between 4 and 100 characters")]
    [InlineData("length = 101\nrule \"charset\" { charset = \"ab\" }", "passwords must be between 4 and 100 characters")]
    [InlineData("rule \"charset\" { charset = \"ab\" }", "passwords must be between 4 and 100 characters")]
    [InlineData("length = 8", "no charset specified")]
    [InlineData("length = 8\nrule \"charset\" { charset = \"\" }", "At 2:28: charset cannot be empty")]
    [InlineData("length = 8\nrule \"charset\" { }", "At 2:1: charset cannot be empty")]
    [InlineData("length = 8\nrule \"charset\" { charset = \"a\\n\" }", "At 2:28: charset may hold printable characters only")]
    [InlineData("length = 8\nrule \"words\" { }", "At 2:1: unrecognized rule type \"words\"")]
    [InlineData("length = 8\nrule \"charset\" { charset = \"a\" min-chars = -1 }", "At 2:44: min-chars is out of range")]
    [InlineData("length = 8\nwidth = 3", "At 2:1: unknown key \"width\"")]
    [InlineData("length = \"x\"", "At 1:10: expected a whole number, not a string")]
    [InlineData("length = ", "At 1:10: expected a value, found the end of the text")]
    [InlineData("length = 100\nrule \"charset\" { charset = \"ab\" }\nrule \"charset\" { charset = \"a\" min-chars = 99 }",
        "unable to generate a password: the rules are met too rarely")]
    public void WhatIsWrongIsRefused(string text, string problem) =>
        Assert.Equal($"invalid password policy: 1 error occurred:\n\t* {problem}\n\n",
            Assert.Throws<PolicyException>(() => PasswordPolicy.Parse(text)).Message);
}
