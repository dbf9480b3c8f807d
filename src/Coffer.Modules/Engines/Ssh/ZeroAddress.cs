using System.Text.Json;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Ssh;

/// <summary>The roles that are good for any address, whatever their blocks.</summary>
internal static class ZeroAddress
{
    private const string Entry = "config/zeroaddress";

    public static async ValueTask<List<string>?> FindAsync(EntryView store) =>
        await store.GetAsync(Entry) is { } bytes ? JsonSerializer.Deserialize(bytes, SshJson.Default.ListString) : null;

    public static void Write(EntryView store, List<string> roles) =>
        store.Put(Entry, JsonSerializer.SerializeToUtf8Bytes(roles, SshJson.Default.ListString));

    public static void Delete(EntryView store) => store.Delete(Entry);

    /// <summary>Forgets a role that is being deleted, so that a later one of its name does not inherit the right.</summary>
    public static async ValueTask RemoveAsync(EntryView store, string role)
    {
        if (await FindAsync(store) is { } roles && roles.Remove(role)) Write(store, roles);
    }
}
