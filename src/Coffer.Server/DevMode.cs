using System.Net;
using System.Text;
using Coffer.Core.Seals;
using Coffer.Server.Configuration;

namespace Coffer.Server;

/// <summary><c>--dev</c>: in memory, initialised with one unseal key, unsealed, kv version 2 at <c>secret/</c>.</summary>
internal static class DevMode
{
    public static ServerConfig Config(CommandLine line) => new()
    {
        Listeners =
        [
            new ListenerConfig
            {
                Address = line.DevListenAddress ?? new IPEndPoint(IPAddress.Loopback, 8200),
                UnauthenticatedMetrics = true,
            },
        ],
        Storage = new SqliteStorageConfig(null),
        LogLevel = line.LogLevel ?? LogLevel.Information,
        DisableMlock = true,
        Audit = new AuditConfig { Directories = [Path.GetTempPath()] },
    };

    /// <summary>Makes the vault ready; returns the root token and the unseal key.</summary>
    public static async Task<(string RootToken, string UnsealKey)> PrepareAsync(Instance instance, string? rootToken)
    {
        var (token, shares) = await instance.InitializeAsync(new InitShares(1, 1, 0, 0), rootToken);
        var key = Convert.ToBase64String(shares.Secret[0]);
        await instance.Keyholder.SubmitShareAsync(key);
        await instance.MountKvAsync(token);
        return (token, key);
    }

    public static void Announce(string address, string rootToken, string unsealKey) => Console.Out.WriteLine($"""
        WARNING! This server runs in dev mode: everything is in memory and gone when it stops, it starts
        unsealed, and its root token stands below. Never put a real secret into it.

        You may want to set these:

            export VAULT_ADDR='{address}'
            export VAULT_TOKEN='{rootToken}'

        Unseal Key: {unsealKey}
        Root Token: {rootToken}

        """);

    /// <summary>Leaves the root token where clients look for one.</summary>
    public static void StoreToken(string token)
    {
        if (Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home && Directory.Exists(home))
            PrivateFile.Write(Path.Combine(home, ".vault-token"), Encoding.UTF8.GetBytes(token));
    }
}
