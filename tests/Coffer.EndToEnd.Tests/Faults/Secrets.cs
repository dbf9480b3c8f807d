using System.Text.Json.Nodes;
using Coffer.TestKit;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>Short forms of the requests that the fault tests make.</summary>
internal static class Secrets
{
    public static Task<CofferAnswer> WriteAsync(this CofferApi api, string path, JsonObject data, int? cas = null, CancellationToken cancel = default)
    {
        var body = new JsonObject { ["data"] = data };
        if (cas is { } version)
            body["options"] = new JsonObject { ["cas"] = version };
        return api.PostAsync("secret/data/" + path, body, cancel);
    }

    public static Task<CofferAnswer> ReadAsync(this CofferApi api, string path) => api.GetAsync("secret/data/" + path);

    public static async Task<string> TokenAsync(this CofferApi api, string? policy = null, string ttl = "1h")
    {
        var grant = new JsonObject { ["policies"] = new JsonArray(policy ?? "default"), ["ttl"] = ttl };
        return (await api.PostAsync("auth/token/create", grant)).OrThrow().String("auth.client_token");
    }

    public static async Task PolicyAsync(this CofferApi api, string name, string text) =>
        (await api.PutAsync("sys/policies/acl/" + name, new JsonObject { ["policy"] = text })).OrThrow();
}
