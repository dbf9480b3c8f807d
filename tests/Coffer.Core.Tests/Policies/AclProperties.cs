using Coffer.Core.Policies;
using CsCheck;

namespace Coffer.Core.Tests.Policies;

public sealed class AclProperties
{
    private static readonly Gen<string> Pattern =
        from segments in Gen.OneOf("a", "b", "ab", "+", "+", "", "+a").Array[1, 5]
        from end in Gen.OneOf("", "", "*", "a*", "/*", "/")
        let text = string.Join('/', segments) + end
        where !text.Contains("+*", StringComparison.Ordinal) && !text.StartsWith('/')
        select text;

    private static readonly Gen<Capability> Granted = Gen.OneOf(
        Capability.Read, Capability.List, Capability.Read | Capability.List, Capability.Deny, Capability.Update, Capability.None);

    private static readonly Gen<string> Path =
        Gen.OneOf("a", "b", "ab", "aba", "", "+a").Array[1, 6].Select(segments => string.Join('/', segments));

    private static readonly Gen<((string Pattern, Capability Capabilities)[] Rules, string[] Paths)> Case =
        Gen.Select(Gen.Select(Pattern, Granted).Array[0, 12], Path.Array[1, 8]);

    [Fact]
    public void TheCompiledFormAnswersAsTheNaiveOne() => Case.Sample(Check, iter: 20_000);

    [Fact, Trait("Long", "yes")]
    public void TheCompiledFormAnswersAsTheNaiveOneForLong() => Case.Sample(Check, time: 60);

    [Fact]
    public void TheOrderOfPoliciesDoesNotMatter() => Case.Sample((rules, paths) =>
    {
        Acl forward = Compile(rules);
        Acl backward = Compile([.. rules.Reverse()]);
        return paths.All(path => forward.Decide(path, Capability.Read).Reason == backward.Decide(path, Capability.Read).Reason);
    }, iter: 5_000);

    [Fact]
    public void TheExplanationNamesTheWinnerAndOnlyRulesThatMatch() => Case.Sample((rules, paths) =>
    {
        Acl acl = Compile(rules);
        foreach (string path in paths)
        {
            AclExplanation explanation = acl.Explain(path, Capability.Read);
            Assert.Equal(acl.Decide(path, Capability.Read), explanation.Decision);
            Assert.Equal(explanation.Decision.Rule, explanation.Considered.FirstOrDefault(considered => considered.Won)?.Rule);
            foreach (ConsideredRule considered in explanation.Considered)
            {
                string pattern = considered.Rule.Pattern;
                Assert.Equal(pattern, new NaiveAcl([(pattern, Capability.Read)]).Decide(path, list: false).Pattern);
            }
        }
    }, iter: 3_000);

    [Fact]
    public void AnyPolicyTextIsReadOrRefused()
    {
        Gen<string> token = Gen.OneOf("path ", "\"a/*\" ", "\"{{identity.entity.id}}\"", "\"{{\"", "{", "}", "capabilities",
            " = ", "[", "]",
            "\"read\"", "\"deny\"", ",", "policy", "allowed_parameters", "min_wrapping_ttl", "1", "\"1h\"", "name", ":", "\n", "x");
        Gen.OneOf(token.Array[0, 40].Select(string.Concat), Gen.String).Sample(text =>
        {
            try
            {
                _ = Acl.Compile([PolicyDocument.Parse("p", text)]);
            }
            catch (PolicyException e)
            {
                Assert.InRange(e.Line, 0, text.Count(c => c == '\n') + 1);
            }
        }, iter: 20_000);
    }

    private static void Check((string Pattern, Capability Capabilities)[] rules, string[] paths)
    {
        Acl acl = Compile(rules);
        var naive = new NaiveAcl(rules);
        foreach (string path in paths)
        {
            foreach (Capability needed in new[] { Capability.Read, Capability.List })
            {
                Decision decision = acl.Decide(path, needed);
                (string? pattern, Capability capabilities) = naive.Decide(path, needed == Capability.List);
                Assert.Equal((pattern, capabilities), (decision.Pattern, decision.Capabilities));
                Assert.Equal((capabilities & needed) != 0, decision.Allowed);
            }
        }
    }

    private static Acl Compile((string Pattern, Capability Capabilities)[] rules) => Samples.Compile([.. rules.Select(rule => Samples.Rule(
        rule.Pattern, rule.Capabilities == Capability.None ? [] : [.. CapabilityNames.Of(rule.Capabilities)]))]);
}
