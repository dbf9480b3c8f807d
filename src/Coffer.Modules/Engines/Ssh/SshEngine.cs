using System.Text.Json;
using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Ssh;

/// <summary>
/// One-time passwords for SSH: a host's PAM helper asks <c>verify</c> whether a password is good, and it is good once. Roles of the key
/// type <c>ca</c> are refused.
/// </summary>
public sealed class SshEngine : IEngine
{
    /// <summary>The kind of the leases that stand for one-time passwords. Stored with each: never renamed.</summary>
    internal const string OtpLease = "secret_otp_type";

    private SshEngine()
    {
    }

    public static EngineType Type { get; } = new("ssh", MountKind.Secret, "One-time passwords for SSH", _ => new SshEngine());

    public IReadOnlyList<PathDescription> Paths { get; } = [.. SshRoles.Paths, .. SshPasswords.Paths];

    public IReadOnlyList<LeaseKind> Leases { get; } =
    [
        new LeaseKind(OtpLease, call =>
        {
            using var grant = JsonDocument.Parse(call.Internal);
            OtpEntries.Delete(call.Store, grant.RootElement.GetProperty("otp"u8).GetString()!);
            return ValueTask.FromResult(Reply.Empty());
        }),
    ];
}
