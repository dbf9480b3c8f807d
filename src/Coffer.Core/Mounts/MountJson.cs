using System.Text.Json;
using Coffer.Core.Leases;

namespace Coffer.Core.Mounts;

/// <summary>Mounts as <c>sys/mounts</c>, <c>sys/auth</c> and their tuning show them.</summary>
internal static class MountJson
{
    /// <summary>All of a mount, without braces.</summary>
    public static void Write(Utf8JsonWriter w, Mount mount)
    {
        w.WriteString("accessor"u8, mount.Accessor);
        w.WriteStartObject("config"u8);
        w.WriteNumber("default_lease_ttl"u8, (long)mount.Config.DefaultLeaseTtl.TotalSeconds);
        w.WriteBoolean("force_no_cache"u8, mount.Config.ForceNoCache);
        w.WriteNumber("max_lease_ttl"u8, (long)mount.Config.MaxLeaseTtl.TotalSeconds);
        Settings(w, mount);
        w.WriteEndObject();
        w.WriteString("description"u8, mount.Description);
        w.WriteBoolean("external_entropy_access"u8, mount.ExternalEntropyAccess);
        // Later versions of Vault name a plugin's version; strict clients require the fields. What is built in has none.
        w.WriteString("plugin_version"u8, ""u8);
        w.WriteString("running_plugin_version"u8, ""u8);
        w.WriteString("running_sha256"u8, ""u8);
        w.WriteBoolean("local"u8, mount.Local);
        Options(w, mount);
        w.WriteBoolean("seal_wrap"u8, mount.SealWrap);
        w.WriteString("type"u8, mount.Type);
        w.WriteString("uuid"u8, mount.Uuid);
    }

    /// <summary>What can be tuned, with the times that are in force.</summary>
    public static void WriteTuning(Utf8JsonWriter w, Mount mount, SystemTtls ttls)
    {
        w.WriteNumber("default_lease_ttl"u8, (long)ttls.DefaultOf(mount).TotalSeconds);
        w.WriteString("description"u8, mount.Description);
        w.WriteBoolean("force_no_cache"u8, mount.Config.ForceNoCache);
        w.WriteNumber("max_lease_ttl"u8, (long)ttls.MaxOf(mount).TotalSeconds);
        if (mount.Options is { Count: > 0 }) Options(w, mount);
        Settings(w, mount);
    }

    public static void Options(Utf8JsonWriter w, Mount mount)
    {
        if (mount.Options is null)
        {
            w.WriteNull("options"u8);
            return;
        }
        w.WriteStartObject("options"u8);
        foreach (var (name, value) in mount.Options) w.WriteString(name, value);
        w.WriteEndObject();
    }

    private static void Settings(Utf8JsonWriter w, Mount mount)
    {
        var config = mount.Config;
        List(w, "audit_non_hmac_request_keys"u8, config.AuditNonHmacRequestKeys);
        List(w, "audit_non_hmac_response_keys"u8, config.AuditNonHmacResponseKeys);
        if (!string.IsNullOrEmpty(config.ListingVisibility)) w.WriteString("listing_visibility"u8, config.ListingVisibility);
        List(w, "passthrough_request_headers"u8, config.PassthroughRequestHeaders);
        List(w, "allowed_response_headers"u8, config.AllowedResponseHeaders);
        if (mount.Kind == MountKind.Auth) w.WriteString("token_type"u8, config.TokenType ?? "default-service");
    }

    private static void List(Utf8JsonWriter w, ReadOnlySpan<byte> name, IReadOnlyList<string>? items)
    {
        if (items is not { Count: > 0 }) return;
        w.WriteStartArray(name);
        foreach (var item in items) w.WriteStringValue(item);
        w.WriteEndArray();
    }
}
