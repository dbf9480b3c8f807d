using Coffer.Core.Mounts;
using Coffer.Formats;

namespace Coffer.Core.Leases;

/// <summary>The system's lease times: what a mount without its own falls back on.</summary>
public sealed record SystemTtls(TimeSpan Default, TimeSpan Max)
{
    /// <summary>32 days, as Vault has it.</summary>
    public static readonly SystemTtls Vault = new(TimeSpan.FromSeconds(2764800), TimeSpan.FromSeconds(2764800));

    public TimeSpan DefaultOf(Mount mount) => mount.Config.DefaultLeaseTtl > TimeSpan.Zero
        ? mount.Config.DefaultLeaseTtl
        : MaxOf(mount) < Default ? MaxOf(mount) : Default;

    public TimeSpan MaxOf(Mount mount) => mount.Config.MaxLeaseTtl > TimeSpan.Zero ? mount.Config.MaxLeaseTtl : Max;
}

/// <summary>The rules by which a requested duration becomes a granted one.</summary>
public static class LeaseTimes
{
    /// <summary>The shorter of two limits, of which zero is none.</summary>
    public static TimeSpan Shorter(TimeSpan one, TimeSpan other) =>
        one == TimeSpan.Zero || (other > TimeSpan.Zero && other < one) ? other : one;

    /// <summary>
    /// What is granted from <paramref name="now"/> on. The total from <paramref name="start"/> stays within the mount's, the engine's and
    /// the explicit maximum; a period takes the place of the request. A request that is cut adds a warning.
    /// </summary>
    public static TimeSpan Grant(
        TimeSpan asked, TimeSpan period, TimeSpan systemDefault, TimeSpan mountMax, TimeSpan engineMax, TimeSpan explicitMax,
        DateTimeOffset start, DateTimeOffset now, ICollection<string> warnings)
    {
        var max = mountMax;
        if (engineMax > TimeSpan.Zero && engineMax < max) max = engineMax;
        var ttl = period > TimeSpan.Zero ? period : asked > TimeSpan.Zero ? asked : systemDefault;
        // A periodic token lives as long as it is renewed: only an explicit maximum bounds its whole life.
        var latest = period > TimeSpan.Zero ? now + max : start + max;
        if (explicitMax > TimeSpan.Zero && start + explicitMax < latest) latest = start + explicitMax;
        var left = latest - now;
        if (left < TimeSpan.Zero) left = TimeSpan.Zero;
        if (ttl <= left) return ttl;
        if (asked > TimeSpan.Zero || explicitMax > TimeSpan.Zero)
            warnings.Add($"TTL of \"{Durations.Format(ttl)}\" exceeded the effective max_ttl of \"{Durations.Format(latest - start)}\"; TTL value is capped accordingly");
        return left;
    }
}
