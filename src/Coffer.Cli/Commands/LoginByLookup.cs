using System.Text.Json;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary>What a token's lookup says, in the shape of a login's reply.</summary>
internal static class LoginByLookup
{
    public static Secret Auth(string token, Secret lookup)
    {
        if (lookup.Data is not { } data)
            throw new LocalException("The server knows nothing of the token.");
        return new Secret(Json.Element(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("request_id", lookup.RequestId);
            writer.WriteString("lease_id", "");
            writer.WriteNumber("lease_duration", 0);
            writer.WriteBoolean("renewable", false);
            writer.WriteNull("data");
            writer.WriteNull("warnings");
            writer.WriteStartObject("auth");
            writer.WriteString("client_token", token);
            Copy(writer, data, "accessor", "accessor");
            Copy(writer, data, "policies", "policies");
            Copy(writer, data, "policies", "token_policies");
            Copy(writer, data, "identity_policies", "identity_policies");
            Copy(writer, data, "meta", "metadata");
            Copy(writer, data, "ttl", "lease_duration");
            Copy(writer, data, "renewable", "renewable");
            Copy(writer, data, "entity_id", "entity_id");
            Copy(writer, data, "type", "token_type");
            Copy(writer, data, "orphan", "orphan");
            writer.WriteEndObject();
            writer.WriteEndObject();
        }));
    }

    private static void Copy(Utf8JsonWriter writer, JsonElement data, string from, string to)
    {
        if (!data.TryGetProperty(from, out JsonElement value))
            return;
        writer.WritePropertyName(to);
        value.WriteTo(writer);
    }
}
