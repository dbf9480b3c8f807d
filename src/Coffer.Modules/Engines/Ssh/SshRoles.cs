using System.Globalization;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Ssh;

/// <summary>Roles, and which of them are good for any address.</summary>
internal static class SshRoles
{
    private const int DefaultPort = 22;

    public static IReadOnlyList<PathDescription> Paths { get; } =
    [
        new PathDescription("config/zeroaddress")
        {
            Summary = "The roles that are good for any address",
            Fields = [Field.StringList("roles", "The names of roles.")],
            Read = ReadZeroAddressAsync,
            Write = WriteZeroAddressAsync,
            Delete = call =>
            {
                ZeroAddress.Delete(call.Store);
                return ValueTask.FromResult(Reply.Empty());
            },
        },
        new PathDescription("roles") { Summary = "The roles", List = ListAsync },
        new PathDescription("roles/{role}")
        {
            Summary = "A role: who may log in where",
            Fields =
            [
                Field.String("key_type", "otp."),
                Field.String("default_user", "The user where none is asked for."),
                Field.String("allowed_users", "Other users that may be asked for, with commas between; * for any."),
                Field.String("cidr_list", "The blocks of addresses that passwords are made for, with commas between."),
                Field.String("exclude_cidr_list", "Blocks within those that are left out."),
                Field.Integer("port", "The SSH port of the hosts: told to the client.") with { Default = "22" },
            ],
            Read = ReadAsync,
            Write = WriteAsync,
            Delete = DeleteAsync,
        },
    ];

    private static async ValueTask<Reply> ListAsync(Call call)
    {
        var names = await call.Store.ListAsync(SshRole.Room);
        return names.Count == 0 ? Reply.NotFound() : Reply.Json(w =>
        {
            w.WriteStartObject("key_info"u8);
            foreach (var name in names)
            {
                w.WriteStartObject(name);
                w.WriteString("key_type"u8, SshRole.KeyType);
                w.WriteEndObject();
            }
            w.WriteEndObject();
            w.WriteStartArray("keys"u8);
            foreach (var name in names) w.WriteStringValue(name);
            w.WriteEndArray();
        });
    }

    private static async ValueTask<Reply> ReadAsync(Call call) =>
        await SshRole.FindAsync(call.Store, call.Fields.Path("role")) is not { } role ? Reply.NotFound() : Reply.Json(w =>
        {
            w.WriteString("allowed_users"u8, role.AllowedUsers);
            w.WriteString("cidr_list"u8, role.CidrList);
            w.WriteString("default_user"u8, role.DefaultUser);
            w.WriteString("exclude_cidr_list"u8, role.ExcludeCidrList);
            w.WriteString("key_type"u8, SshRole.KeyType);
            w.WriteNumber("port"u8, role.Port);
        });

    private static ValueTask<Reply> WriteAsync(Call call)
    {
        var fields = call.Fields;
        var role = new SshRole(
            fields.String("default_user") ?? "", fields.String("allowed_users") ?? "", fields.String("cidr_list") ?? "",
            fields.String("exclude_cidr_list") ?? "", (int)Math.Clamp(fields.Integer("port") ?? DefaultPort, 0, int.MaxValue));
        var refusal = fields.String("key_type") switch
        {
            null or "" => "missing key type",
            SshRole.KeyType => Refusal(role),
            "ca" => "key type \"ca\" is not supported by this server: it makes one-time passwords (key_type \"otp\")",
            _ => "invalid key type",
        };
        if (refusal is not null) return ValueTask.FromResult(Reply.BadRequest(refusal));
        role.Write(call.Store, fields.Path("role"));
        return ValueTask.FromResult(Reply.Empty());
    }

    private static string? Refusal(SshRole role) =>
        role.DefaultUser.Length == 0 ? "missing default user"
        : SshRole.BadBlock(role.CidrList) is { } block ? $"failed to validate cidr_list: invalid CIDR address: {block}"
        : SshRole.BadBlock(role.ExcludeCidrList) is { } excluded ? $"failed to validate exclude_cidr_list: invalid CIDR address: {excluded}"
        : role.Port is < 1 or > 65535 ? $"invalid port {role.Port.ToString(CultureInfo.InvariantCulture)}"
        : null;

    private static async ValueTask<Reply> DeleteAsync(Call call)
    {
        var name = call.Fields.Path("role");
        await ZeroAddress.RemoveAsync(call.Store, name);
        call.Store.Delete(SshRole.Room + name);
        return Reply.Empty();
    }

    private static async ValueTask<Reply> ReadZeroAddressAsync(Call call) =>
        await ZeroAddress.FindAsync(call.Store) is not { } roles ? Reply.NotFound() : Reply.Json(w =>
        {
            w.WriteStartArray("roles"u8);
            foreach (var role in roles) w.WriteStringValue(role);
            w.WriteEndArray();
        });

    private static async ValueTask<Reply> WriteZeroAddressAsync(Call call)
    {
        if (call.Fields.StringList("roles") is not { Count: > 0 } roles) return Reply.BadRequest("missing roles");
        foreach (var name in roles)
        {
            if (await SshRole.FindAsync(call.Store, name) is null) return Reply.BadRequest($"role \"{name}\" does not exist");
        }
        ZeroAddress.Write(call.Store, [.. roles.Distinct(StringComparer.Ordinal)]);
        return Reply.Empty();
    }
}
