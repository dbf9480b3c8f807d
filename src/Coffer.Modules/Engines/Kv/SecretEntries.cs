using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Modules.Engines.Kv;

/// <summary>
/// Where a versioned secret lies: <c>m/{path}</c> is its record, <c>v/{path}/{number}</c> the data of one version as it was sent. A read
/// takes these two entries and no more.
/// </summary>
internal static class SecretEntries
{
    public const string Records = "m/";

    public static async ValueTask<SecretRecord?> FindAsync(EntryView store, string path) =>
        await store.GetAsync(Records + path) is { } bytes ? SecretRecord.Read(bytes) : null;

    /// <summary>Writes the record, due when it expires.</summary>
    public static void Save(EntryView store, string path, SecretRecord record) => store.Put(
        Records + path, record.Write(),
        record is { ExpiresAt: { } at, ExpiryNoticed: false } ? new Due(DueClass.Kv, at) : null);

    public static void Delete(EntryView store, string path, SecretRecord record)
    {
        foreach (var version in record.Versions) store.Delete(Data(path, version.Number));
        store.Delete(Records + path);
    }

    public static async ValueTask<byte[]> ReadDataAsync(EntryView store, string path, long number) =>
        await store.GetAsync(Data(path, number))
        ?? throw new InvalidDataException($"the data of version {number} of a secret is missing");

    /// <summary>Adds a version with <paramref name="data"/>, and removes those beyond the number to keep. A fingerprint of the value joins here.</summary>
    public static SecretVersion AddVersion(
        EntryView store, string path, SecretRecord record, KvConfig config, ReadOnlySpan<byte> data, DateTimeOffset now)
    {
        foreach (var number in record.Add(now, config.Deletion(record, now), config.Keep(record))) store.Delete(Data(path, number));
        store.Put(Data(path, record.Current), data);
        Save(store, path, record);
        return record.Versions[^1];
    }

    public static void DestroyVersion(EntryView store, string path, SecretRecord record, SecretVersion version)
    {
        record.Set(version with { Destroyed = true });
        store.Delete(Data(path, version.Number));
    }

    private static string Data(string path, long number) => $"v/{path}/{number}";
}
