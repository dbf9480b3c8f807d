using Coffer.Cli.Output;

namespace Coffer.Cli.Tests;

public sealed class LayingOutAPolicy
{
    [Fact]
    public void IndentsAndAligns() => Assert.Equal("""
        # a comment stays
        path "secret/*" {
          capabilities       = ["read", "list"] // as it is
          min_wrapping_ttl   = "1m"
          allowed_parameters = {
            "*" = []
          }

          denied_parameters = { "a=b" = ["}"] }
        }

        path "x" { policy = "read" }

        """, HclLayout.Format("""
        # a comment stays
        path "secret/*" {
        capabilities=["read", "list"] // as it is
           min_wrapping_ttl   =    "1m"
            allowed_parameters = {
          "*" = []
        }


              denied_parameters = { "a=b" = ["}"] }
        }

        path "x" { policy = "read" }
        """));

    [Fact]
    public void LeavesHeredocsAndCommentBlocksAlone()
    {
        const string Text = "/* one\n   two = 3 */\na = <<EOT\n  kept {\n   as = it is\nEOT\nb = 1\n";
        Assert.Equal(Text, HclLayout.Format(Text));
    }

    [Fact]
    public void IsStable()
    {
        string once = HclLayout.Format("path \"a\" {\ncapabilities=[\"read\",\n\"list\"]\n}\n\n\n\n# end");
        Assert.Equal(once, HclLayout.Format(once));
        Assert.Equal("path \"a\" {\n  capabilities = [\"read\",\n    \"list\"]\n}\n\n# end\n", once);
    }
}
