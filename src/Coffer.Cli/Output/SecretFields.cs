using System.Text.Json;
using Coffer.Client;

namespace Coffer.Cli.Output;

/// <summary>The parts of a reply under the names that Vault's command line gives them.</summary>
internal static class SecretFields
{
    /// <summary>What <c>-field</c> names: the token, lease and wrapping fields first, then the data.</summary>
    public static JsonElement? Find(Secret secret, string name)
    {
        string? text = name switch
        {
            "request_id" => secret.RequestId,
            "lease_id" => secret.LeaseId,
            "token" => secret.Auth?.ClientToken,
            "token_accessor" => secret.Auth?.Accessor,
            "wrapping_token" => secret.WrapInfo?.Token,
            "wrapping_accessor" => secret.WrapInfo?.Accessor,
            "wrapping_token_creation_time" => secret.WrapInfo?.CreationTime,
            "wrapping_token_creation_path" => secret.WrapInfo?.CreationPath,
            "wrapped_accessor" => secret.WrapInfo?.WrappedAccessor,
            _ => null,
        };
        if (text is not null)
            return Json.Element(writer => writer.WriteStringValue(text));
        JsonElement? number = name switch
        {
            "lease_duration" or "refresh_interval" => secret.Raw.TryGetProperty("lease_duration", out JsonElement lease) ? lease : null,
            "lease_renewable" => secret.Raw.TryGetProperty("renewable", out JsonElement renewable) ? renewable : null,
            "token_duration" => Auth(secret, "lease_duration"),
            "token_renewable" => Auth(secret, "renewable"),
            "token_policies" or "identity_policies" or "policies" => Auth(secret, name),
            "wrapping_token_ttl" => secret.WrapInfo is null ? null : secret.Raw.GetProperty("wrap_info").GetProperty("ttl"),
            _ => null,
        };
        if (number is not null)
            return number;
        if (name == "data" && secret.Data is { } all)
            return all;
        return secret.Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty(name, out JsonElement value) ? value : null;
    }

    /// <summary>The reply as Vault prints it for programs.</summary>
    public static JsonElement Envelope(Secret secret) => !secret.Raw.TryGetProperty("request_id", out _) ? secret.Raw : Json.Element(writer =>
    {
        writer.WriteStartObject();
        foreach (string name in new[] { "request_id", "lease_id", "lease_duration", "renewable", "data", "warnings", "auth", "wrap_info", "mount_type" })
        {
            if (!secret.Raw.TryGetProperty(name, out JsonElement value))
                continue;
            if (value.ValueKind == JsonValueKind.Null && name is "auth" or "wrap_info" or "mount_type")
                continue;
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
        writer.WriteEndObject();
    });

    /// <summary>The reply as keys and values: lease, token, wrapping, then the data by name.</summary>
    public static Table Table(Secret secret)
    {
        var table = new Table("Key", "Value");
        long lease = (long)secret.LeaseDuration.TotalSeconds;
        if (secret.LeaseId.Length > 0)
        {
            table.Add("lease_id", secret.LeaseId);
            table.Add("lease_duration", Cell.Duration(lease));
            table.Add("lease_renewable", secret.Renewable ? "true" : "false");
        }
        else if (lease > 0)
        {
            table.Add("refresh_interval", Cell.Duration(lease));
        }
        if (secret.Auth is { } auth)
            AddAuth(table, auth);
        if (secret.WrapInfo is { } wrap)
        {
            table.Add("wrapping_token:", wrap.Token);
            table.Add("wrapping_accessor:", wrap.Accessor);
            table.Add("wrapping_token_ttl:", Cell.Duration((long)wrap.Ttl.TotalSeconds));
            table.Add("wrapping_token_creation_time:", wrap.CreationTime);
            table.Add("wrapping_token_creation_path:", wrap.CreationPath);
            if (wrap.WrappedAccessor.Length > 0)
                table.Add("wrapped_accessor:", wrap.WrappedAccessor);
        }
        if (secret.Data is { ValueKind: JsonValueKind.Object } data)
            AddRows(table, data);
        return table;
    }

    /// <summary>An object as keys and values, by name.</summary>
    public static Table Rows(JsonElement value)
    {
        var table = new Table("Key", "Value");
        AddRows(table, value);
        return table;
    }

    private static void AddRows(Table table, JsonElement value)
    {
        foreach (JsonProperty field in value.EnumerateObject().OrderBy(field => field.Name, StringComparer.Ordinal))
            table.Add(field.Name, Cell.Text(field.Name, field.Value));
    }

    private static void AddAuth(Table table, SecretAuth auth)
    {
        table.Add("token", auth.ClientToken);
        table.Add("token_accessor", auth.Accessor);
        table.Add("token_duration", auth.LeaseDuration > TimeSpan.Zero ? Cell.Duration((long)auth.LeaseDuration.TotalSeconds) : "∞");
        table.Add("token_renewable", auth.Renewable ? "true" : "false");
        table.Add("token_policies", Quoted(auth.TokenPolicies));
        table.Add("identity_policies", Quoted(auth.IdentityPolicies));
        table.Add("policies", Quoted(auth.Policies));
        foreach ((string key, string value) in auth.Metadata)
            table.Add("token_meta_" + key, value);
    }

    private static string Quoted(IReadOnlyList<string> names) => $"[{string.Join(' ', names.Select(name => $"\"{name}\""))}]";

    private static JsonElement? Auth(Secret secret, string name) =>
        secret.Auth is not null && secret.Raw.GetProperty("auth").TryGetProperty(name, out JsonElement value) ? value : null;
}
