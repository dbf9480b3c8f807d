using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Core.Audit;
using Coffer.Core.Requests;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/audit</c> and <c>sys/audit-hash</c>: devices that are fed from the built-in log, which is none of them.</summary>
internal sealed class AuditApi(AuditDevices devices, AuditTrail trail)
{
    private const int SaltBytes = 32;

    public IEnumerable<PathDescription> Paths =>
    [
        new("audit") { Summary = "Lists the audit devices.", Sudo = true, Read = ListAsync },
        new("audit/{path*}")
        {
            Summary = "Enables or disables an audit device.",
            Fields =
            [
                Field.String("type", "file, syslog or http."),
                Field.String("description", "For people."),
                Field.StringMap("options", "The device's options, such as file_path."),
                Field.Boolean("local", "Shown as it is set."),
            ],
            Sudo = true,
            Write = EnableAsync,
            Delete = DisableAsync,
        },
        new("audit-hash/{path*}")
        {
            Summary = "The HMAC with which a value stands in a device's records.",
            Fields = [new Field("input", FieldKind.String, "The value.") { Required = true }],
            Write = Hash,
        },
    ];

    private async ValueTask<Reply> ListAsync(Call call)
    {
        var all = await devices.ListAsync(call.Cancel);
        return Reply.Json(
            w =>
            {
                foreach (var device in all) Write(w, device);
            },
            Envelope.CopiedToTop);
    }

    private async ValueTask<Reply> EnableAsync(Call call)
    {
        var path = PathOf(call);
        if (path.Length < 2) return Reply.BadRequest("a path is required: sys/audit/NAME");
        var device = new AuditDevice(
            path, call.Fields.String("type") ?? "", call.Fields.String("description") ?? "", call.Fields.Boolean("local") ?? false,
            call.Fields.StringMap("options") ?? new Dictionary<string, string>(), RandomNumberGenerator.GetBytes(SaltBytes));
        if (device.Type.Length == 0) return Reply.BadRequest("a type is required: file, syslog or http");
        if (await AuditDevices.ReadAsync(call.Transaction, path) is not null) return Reply.BadRequest("path already in use");
        try
        {
            await devices.AddAsync(call.Transaction, device);
        }
        catch (AuditOptionException e)
        {
            return Reply.BadRequest(e.Message);
        }
        call.Transaction.Everywhere = true;
        return Reply.Empty();
    }

    private static async ValueTask<Reply> DisableAsync(Call call)
    {
        var path = PathOf(call);
        if (await AuditDevices.ReadAsync(call.Transaction, path) is null) return Reply.Empty();
        call.Transaction.Delete(AuditDevices.Key(path));
        call.Transaction.Everywhere = true;
        return Reply.Empty();
    }

    private ValueTask<Reply> Hash(Call call) => ValueTask.FromResult(
        trail.Sinks?.Hash(PathOf(call), call.Fields.String("input")!) is { } hash
            ? Reply.Json(w => w.WriteString("hash"u8, hash), Envelope.CopiedToTop)
            : Reply.BadRequest($"unknown audit backend \"{PathOf(call)}\""));

    private static string PathOf(Call call) => call.Fields.Path("path").Trim('/') + "/";

    private static void Write(Utf8JsonWriter w, AuditDevice device)
    {
        w.WriteStartObject(device.Path);
        w.WriteString("description"u8, device.Description);
        w.WriteBoolean("local"u8, device.Local);
        w.WriteStartObject("options"u8);
        foreach (var (name, value) in device.Options) w.WriteString(name, value);
        w.WriteEndObject();
        w.WriteString("path"u8, device.Path);
        w.WriteString("type"u8, device.Type);
        w.WriteEndObject();
    }
}
