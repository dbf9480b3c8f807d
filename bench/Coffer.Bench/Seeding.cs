using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Coffer.Core.Requests;
using Coffer.Core.Seals;
using Coffer.Core.Storage;
using Coffer.Modules.Seals.Shamir;
using Barrier = Coffer.Core.Barrier;

namespace Coffer.Bench;

/// <summary>
/// Fills a stopped server's storage with tokens and leases, through its own barrier: what the server wrote for one of each is opened, given
/// new names, and sealed again for its new place, as many times as asked.
/// </summary>
internal sealed partial class Seeding(IStorage storage, EntryStore entries)
{
    private const int Batched = 1000;
    private const int Sampled = 20;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Makes one token and one lease on the running server, stops it, and copies them.</summary>
    public static async Task FillAsync(Stage stage, int count)
    {
        var root = stage.Server.Root;
        (await root.PostAsync("sys/mounts/ssh", new JsonObject { ["type"] = "ssh" })).OrThrow();
        var role = new JsonObject { ["key_type"] = "otp", ["default_user"] = "ubuntu", ["cidr_list"] = "10.0.0.0/8" };
        (await root.PostAsync("ssh/roles/otp", role)).OrThrow();
        (await root.PostAsync("auth/token/create", new JsonObject { ["policies"] = new JsonArray("default"), ["ttl"] = "700h" })).OrThrow();
        (await root.PostAsync("ssh/creds/otp", new JsonObject { ["ip"] = "10.1.2.3" })).OrThrow();
        await stage.Server.StopAsync();

        await using var storage = await stage.OpenStorageAsync();
        using var barrier = new Barrier(storage, TimeProvider.System);
        using var keyholder = new Keyholder(storage, barrier, TimeProvider.System, [new ShamirSeal()]);
        foreach (var key in stage.Server.UnsealKeys)
            await keyholder.SubmitShareAsync(key);
        var seeding = new Seeding(storage, new EntryStore(storage, barrier));
        await seeding.CopyAsync("token/id/", count);
        await seeding.CopyAsync("lease/id/", count);
    }

    private async Task CopyAsync(string prefix, int count)
    {
        var template = await LatestWithAsync(prefix);
        var names = template.SelectMany(e => Name().Matches(e.Key.Path).Concat(Name().Matches(Encoding.UTF8.GetString(e.Value))))
            .Select(m => m.Value).Distinct().ToList();
        for (var made = 0; made < count; made += Batched)
        {
            var batch = new Batch();
            for (var i = 0; i < Batched; i++)
                Copy(batch, template, names.ToDictionary(n => n, NewName));
            await storage.CommitAsync(batch);
        }
    }

    /// <summary>The entries of the latest commit that wrote below a prefix.</summary>
    private async Task<IReadOnlyList<Plain>> LatestWithAsync(string prefix)
    {
        var head = await storage.BeatAsync("bench", 0, TimeSpan.Zero);
        var page = await storage.ChangesAsync(Math.Max(0, head - Sampled), Sampled);
        var keys = page.Changes.Last(c => c.Keys.Any(k => k.Path.StartsWith(prefix, StringComparison.Ordinal))).Keys;
        var plain = new List<Plain>();
        foreach (var key in keys)
            if (await entries.GetAsync(key) is { } entry)
                plain.Add(entry);
        return plain;
    }

    private void Copy(Batch batch, IReadOnlyList<Plain> template, Dictionary<string, string> renamed)
    {
        foreach (var entry in template)
        {
            var key = entry.Key with { Path = Renamed(entry.Key.Path, renamed) };
            entries.Seal(batch, key, Encoding.UTF8.GetBytes(Renamed(Encoding.UTF8.GetString(entry.Value), renamed)), entry.Due);
        }
    }

    private static string Renamed(string text, Dictionary<string, string> renamed) =>
        Name().Replace(text, m => renamed.GetValueOrDefault(m.Value, m.Value));

    private static string NewName(string old) => old.All(char.IsAsciiHexDigitLower)
        ? RandomNumberGenerator.GetHexString(old.Length, lowercase: true)
        : RandomNumberGenerator.GetString(Digits, old.Length);

    /// <summary>Hashes, accessors and the random end of a lease's id; not the dashed UUID of a mount.</summary>
    [GeneratedRegex("(?<![0-9A-Za-z-])[0-9A-Za-z]{20,}(?![0-9A-Za-z-])")]
    private static partial Regex Name();
}
