using Coffer.Formats.Transparency;

namespace Coffer.Formats.Tests.Transparency;

/// <summary>The Merkle tree that implementations of RFC 6962 share as their example: eight leaves and what follows from them.</summary>
internal static class Vectors
{
    public static readonly byte[][] Leaves =
    [
        [],
        Convert.FromHexString("00"),
        Convert.FromHexString("10"),
        Convert.FromHexString("2021"),
        Convert.FromHexString("3031"),
        Convert.FromHexString("40414243"),
        Convert.FromHexString("5051525354555657"),
        Convert.FromHexString("606162636465666768696a6b6c6d6e6f"),
    ];

    public static readonly TreeHash[] Roots =
    [
        Hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        Hash("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        Hash("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        Hash("aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        Hash("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        Hash("4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        Hash("76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        Hash("ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        Hash("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ];

    public static TreeHash Hash(string hex) => TreeHash.From(Convert.FromHexString(hex));

    /// <summary>All complete subtrees of a tree with these leaves.</summary>
    public static Dictionary<(int, long), TreeHash> Subtrees(IEnumerable<TreeHash> leaves)
    {
        var subtrees = new Dictionary<(int, long), TreeHash>();
        var tree = new CompactRange();
        foreach (var leaf in leaves)
            tree.Append(leaf, (level, index, hash) => subtrees[(level, index)] = hash);
        return subtrees;
    }
}
