using Coffer.Core.Requests;
using Coffer.Formats;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/key-status</c>, <c>sys/rotate</c> and <c>sys/rotate/config</c>: the keys that encrypt entries.</summary>
internal sealed class KeyringApi(Barrier barrier)
{
    private static readonly Field[] ConfigFields =
    [
        Field.Integer("max_operations", "Rotates after so many encryptions."),
        Field.Duration("interval", "Rotates at this age; 0 for never, else at least 24h."),
        Field.Boolean("enabled", "Whether it rotates by itself before it must."),
    ];

    public IEnumerable<PathDescription> Paths =>
    [
        new("key-status") { Summary = "The term of the key that encrypts now.", Read = Status },
        new("rotate") { Summary = "Installs a new key; what the older ones encrypted stays readable.", Sudo = true, ActsOutside = true, Write = RotateAsync },
        new("rotate/config") { Summary = "When the key is rotated by itself.", Fields = ConfigFields, Read = ReadAsync, Write = WriteAsync },
    ];

    private ValueTask<Reply> Status(Call call)
    {
        var status = barrier.Status;
        return new(Reply.Json(
            w =>
            {
                w.WriteNumber("term"u8, status.Term);
                w.WriteString("install_time"u8, Timestamps.Format(status.InstallTime));
                w.WriteNumber("encryptions"u8, status.Encryptions);
            },
            Envelope.CopiedToTop));
    }

    private async ValueTask<Reply> RotateAsync(Call call)
    {
        await barrier.RotateAsync(CancellationToken.None);
        return Reply.Empty();
    }

    private async ValueTask<Reply> ReadAsync(Call call)
    {
        var config = await barrier.ReadRotationAsync(call.Cancel);
        return Reply.Json(
            w =>
            {
                w.WriteBoolean("enabled"u8, config.Enabled);
                w.WriteNumber("interval"u8, (long)config.Interval.TotalSeconds);
                w.WriteNumber("max_operations"u8, config.MaxOperations);
            },
            Envelope.CopiedToTop);
    }

    private async ValueTask<Reply> WriteAsync(Call call)
    {
        var old = await barrier.ReadRotationAsync(call.Cancel);
        var config = new RotationConfig(
            call.Fields.Integer("max_operations") ?? old.MaxOperations,
            call.Fields.Duration("interval") ?? old.Interval,
            call.Fields.Boolean("enabled") ?? old.Enabled);
        if (config.MaxOperations is < RotationConfig.LeastOperations or > RotationConfig.MostOperations)
            return Reply.BadRequest($"max_operations must be from {RotationConfig.LeastOperations} to {RotationConfig.MostOperations}");
        if (config.Interval != TimeSpan.Zero && config.Interval < RotationConfig.LeastInterval)
            return Reply.BadRequest("interval must be 0 or at least 24h");
        call.Transaction.Put(Barrier.RotationKey, config.Write());
        return Reply.Empty();
    }
}
