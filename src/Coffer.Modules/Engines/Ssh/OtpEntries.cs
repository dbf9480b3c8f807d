using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Ssh;

/// <summary>Where one-time passwords lie: under an HMAC with a key of the mount, so that the store never shows one that is still good.</summary>
internal static class OtpEntries
{
    private const string Room = "otp/";
    private const string KeyEntry = "config/otp_key";
    private const int KeyLength = 32;

    /// <summary>128 random bits, written as Vault writes them: in the groups of a UUID.</summary>
    public static string Make()
    {
        var hex = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
    }

    /// <summary>Keeps a password; returns the name by which its lease can remove it.</summary>
    public static async ValueTask<string> PutAsync(EntryView store, string otp, OneTimePassword meaning)
    {
        var key = await store.GetAsync(KeyEntry);
        if (key is null) store.Put(KeyEntry, key = RandomNumberGenerator.GetBytes(KeyLength));
        var name = Name(key, otp);
        store.Put(Room + name, JsonSerializer.SerializeToUtf8Bytes(meaning, SshJson.Default.OneTimePassword));
        return name;
    }

    /// <summary>
    /// Uses a password up. The entry was read in this transaction, so of two that try at once, on whatever node, one commits and the other
    /// runs again and finds nothing.
    /// </summary>
    public static async ValueTask<OneTimePassword?> TakeAsync(EntryView store, string otp)
    {
        if (await store.GetAsync(KeyEntry) is not { } key) return null;
        var name = Name(key, otp);
        if (await store.GetAsync(Room + name) is not { } bytes) return null;
        store.Delete(Room + name);
        return JsonSerializer.Deserialize(bytes, SshJson.Default.OneTimePassword);
    }

    public static void Delete(EntryView store, string name) => store.Delete(Room + name);

    private static string Name(byte[] key, string otp) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(otp)));
}
