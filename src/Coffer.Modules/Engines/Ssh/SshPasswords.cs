using Coffer.Core.Leases;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Ssh;

/// <summary>One-time passwords: making one, using it up, and which roles fit an address.</summary>
internal static class SshPasswords
{
    private const string EchoRequest = "verify-echo-request";
    private const int PageSize = 1000;

    public static IReadOnlyList<PathDescription> Paths { get; } =
    [
        new PathDescription("creds/{role}")
        {
            Summary = "Makes a one-time password for a user on a host",
            Fields =
            [
                Field.String("ip", "The address of the host."),
                Field.String("username", "The user on the host; the role's default if absent."),
            ],
            Write = MakeAsync,
        },
        new PathDescription("verify")
        {
            Summary = "Uses a one-time password up and tells what it was good for",
            Description = "Asked by the host that somebody logs in to; needs no token.",
            Fields = [Field.String("otp", "The password.")],
            Write = VerifyAsync,
            Unauthenticated = true,
        },
        new PathDescription("lookup")
        {
            Summary = "The roles that are good for an address",
            Fields = [Field.String("ip", "The address of a host.")],
            Write = LookupAsync,
        },
    ];

    private static async ValueTask<Reply> MakeAsync(Call call)
    {
        var name = call.Fields.Path("role");
        if (call.Fields.String("ip") is not { Length: > 0 } ip) return Reply.BadRequest("Missing ip");
        if (await SshRole.FindAsync(call.Store, name) is not { } role) return Reply.BadRequest($"Role \"{name}\" not found");
        var user = call.Fields.String("username") is { Length: > 0 } asked ? asked : role.DefaultUser;
        if (role.UserRefusal(user) is { } refusal) return Reply.BadRequest(refusal);
        if (!Addresses.TryParse(ip, out var address)) return Reply.BadRequest($"Invalid IP \"{ip}\"");
        if (!role.Covers(address) && (await ZeroAddress.FindAsync(call.Store))?.Contains(name) != true)
            return Reply.BadRequest("Error validating IP: IP does not belong to role");
        var host = address.ToString();
        var otp = OtpEntries.Make();
        var entry = await OtpEntries.PutAsync(call.Store, otp, new OneTimePassword(host, user, name));
        return new Reply
        {
            Data = Reply.Object(w =>
            {
                w.WriteString("ip"u8, host);
                w.WriteString("key"u8, otp);
                w.WriteString("key_type"u8, SshRole.KeyType);
                w.WriteNumber("port"u8, role.Port);
                w.WriteString("username"u8, user);
            }),
            Lease = new LeaseGrant(
                SshEngine.OtpLease, TimeSpan.Zero, TimeSpan.Zero, Renewable: false, Reply.Object(w => w.WriteString("otp"u8, entry))),
        };
    }

    private static async ValueTask<Reply> VerifyAsync(Call call)
    {
        var otp = call.Fields.String("otp") ?? "";
        // The helper on a host asks this to see whether it reaches the right mount.
        if (otp == EchoRequest) return Reply.Json(w => w.WriteString("message"u8, "verify-echo-response"));
        return await OtpEntries.TakeAsync(call.Store, otp) is not { } meaning ? Reply.BadRequest("OTP not found") : Reply.Json(w =>
        {
            w.WriteString("ip"u8, meaning.Ip);
            w.WriteString("role_name"u8, meaning.RoleName);
            w.WriteString("username"u8, meaning.Username);
        });
    }

    private static async ValueTask<Reply> LookupAsync(Call call)
    {
        if (call.Fields.String("ip") is not { Length: > 0 } ip) return Reply.BadRequest("Missing ip");
        if (!Addresses.TryParse(ip, out var address)) return Reply.BadRequest($"Invalid IP \"{ip}\"");
        var any = await ZeroAddress.FindAsync(call.Store) ?? [];
        var fitting = new List<string>();
        string? after = null;
        do
        {
            var names = await call.Store.ListAsync(SshRole.Room, after, PageSize);
            foreach (var name in names)
            {
                if (any.Contains(name) || await SshRole.FindAsync(call.Store, name) is { } role && role.Covers(address)) fitting.Add(name);
            }
            after = names.Count == PageSize ? names[^1] : null;
        }
        while (after is not null);
        return Reply.Json(w =>
        {
            if (fitting.Count == 0)
            {
                w.WriteNull("roles"u8);
                return;
            }
            w.WriteStartArray("roles"u8);
            foreach (var name in fitting) w.WriteStringValue(name);
            w.WriteEndArray();
        });
    }
}
