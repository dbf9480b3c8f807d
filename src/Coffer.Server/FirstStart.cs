using System.Text;
using Coffer.Core.Seals;
using Coffer.Server.Configuration;

namespace Coffer.Server;

/// <summary>
/// <c>--init-to DIR</c>: the first start of a server that nobody attends. If the storage is empty, it is initialised, and what is told only
/// once goes into files that only their owner may read: <c>root-token</c>, and with a Shamir seal <c>unseal-keys</c>. Kv version 2 is
/// mounted at <c>secret/</c>.
/// </summary>
internal static class FirstStart
{
    private const int Shares = 5;
    private const int Threshold = 3;

    /// <summary>Returns true if it initialised.</summary>
    public static async Task<bool> RunAsync(Instance instance, SealConfig seal, string folder)
    {
        if ((await instance.Keyholder.StatusAsync()).Initialized) return false;
        PrivateFile.MakeFolder(folder);
        var attended = seal is ShamirSealConfig;
        var wanted = attended ? new InitShares(Shares, Threshold, 0, 0) : new InitShares(0, 0, 0, 0);
        var (token, shares) = await instance.InitializeAsync(wanted, null);
        var keys = shares.Secret.Select(share => Convert.ToBase64String(share)).ToArray();
        if (attended) Write(folder, "unseal-keys", string.Join('\n', keys));
        Write(folder, "root-token", token);
        foreach (var key in keys.Take(Threshold)) await instance.Keyholder.SubmitShareAsync(key);
        await instance.MountKvAsync(token);
        return true;
    }

    private static void Write(string folder, string name, string text) =>
        PrivateFile.Write(Path.Combine(folder, name), Encoding.UTF8.GetBytes(text + "\n"));
}
