using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Ssh;

/// <summary>Who may log in where with a one-time password. Lists are kept as the text that was given.</summary>
internal sealed record SshRole(
    string DefaultUser, string AllowedUsers, string CidrList, string ExcludeCidrList, int Port)
{
    public const string Room = "roles/";
    public const string KeyType = "otp";

    public static async ValueTask<SshRole?> FindAsync(EntryView store, string name) =>
        await store.GetAsync(Room + name) is { } bytes ? JsonSerializer.Deserialize(bytes, SshJson.Default.SshRole) : null;

    public void Write(EntryView store, string name) => store.Put(Room + name, JsonSerializer.SerializeToUtf8Bytes(this, SshJson.Default.SshRole));

    /// <summary>Why a password for this user is refused, or null.</summary>
    public string? UserRefusal(string user) =>
        user == DefaultUser || AllowedUsers == "*" || Split(AllowedUsers).Contains(user) ? null
        : AllowedUsers.Length > 0 ? "Username is not present is allowed users list"
        : "Username has to be either in allowed users list or has to be a default username";

    /// <summary>Whether the address is in the role's blocks and not in those excluded.</summary>
    public bool Covers(IPAddress address) => Contains(CidrList, address) && !Contains(ExcludeCidrList, address);

    /// <summary>The first piece that is no CIDR block, or null.</summary>
    public static string? BadBlock(string list) => Split(list).FirstOrDefault(b => !Addresses.TryParseBlock(b, out _));

    private static bool Contains(string list, IPAddress address) =>
        Split(list).Any(b => Addresses.TryParseBlock(b, out var block) && block.Contains(address));

    private static string[] Split(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A one-time password, under its keyed hash: what it is good for. The password itself is nowhere.</summary>
internal sealed record OneTimePassword(string Ip, string Username, string RoleName);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SshRole))]
[JsonSerializable(typeof(OneTimePassword))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class SshJson : JsonSerializerContext;
