using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Coffer.Client;

/// <summary>
/// One reply of the server. Numbers are kept exactly as they were sent: read them from <see cref="Data"/> with
/// <see cref="JsonElement.GetRawText"/> or as the type you expect.
/// </summary>
public sealed class Secret
{
    internal Secret(JsonElement root)
    {
        Raw = root;
        RequestId = Text(root, "request_id");
        LeaseId = Text(root, "lease_id");
        LeaseDuration = Seconds(root, "lease_duration");
        Renewable = Flag(root, "renewable");
        if (root.TryGetProperty("data", out JsonElement data) && data.ValueKind != JsonValueKind.Null)
            Data = data;
        if (root.TryGetProperty("auth", out JsonElement auth) && auth.ValueKind == JsonValueKind.Object)
            Auth = new SecretAuth(auth);
        if (root.TryGetProperty("wrap_info", out JsonElement wrap) && wrap.ValueKind == JsonValueKind.Object)
            WrapInfo = new WrapInfo(wrap);
        Warnings = Texts(root, "warnings");
    }

    /// <summary>The server's id of the request, or empty.</summary>
    public string RequestId { get; }

    /// <summary>The lease, or empty when the secret has none.</summary>
    public string LeaseId { get; }

    /// <summary>How long the secret is good for; zero when the server does not say.</summary>
    public TimeSpan LeaseDuration { get; }

    /// <summary>Whether the lease can be renewed.</summary>
    public bool Renewable { get; }

    /// <summary>The reply's data, or null when it has none. Values are secret: do not log them.</summary>
    public JsonElement? Data { get; }

    /// <summary>The token that a login or a token creation made, or null.</summary>
    public SecretAuth? Auth { get; }

    /// <summary>Where the reply was wrapped, or null.</summary>
    public WrapInfo? WrapInfo { get; }

    /// <summary>The server's warnings.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The whole reply, also of paths that answer without an envelope such as <c>sys/seal-status</c>.</summary>
    public JsonElement Raw { get; }

    /// <summary>The data as a type, read by its source-generated metadata; null when there is none.</summary>
    public T? GetData<T>(JsonTypeInfo<T> type) => Data is { } data ? data.Deserialize(type) : default;

    /// <summary>One field of the data as text: strings as they are, anything else as JSON; null when it is absent.</summary>
    public string? GetField(string name) =>
        Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty(name, out JsonElement value) ? AsText(value) : null;

    /// <summary>The names of a list reply (<c>data.keys</c>), or none.</summary>
    public IReadOnlyList<string> Keys => Data is { ValueKind: JsonValueKind.Object } data ? Texts(data, "keys") : [];

    /// <summary>The request's id only: never a value.</summary>
    public override string ToString() => $"Secret {{ RequestId = {RequestId} }}";

    internal static string AsText(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    internal static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    internal static bool Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    internal static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : 0;

    internal static TimeSpan Seconds(JsonElement element, string name) => TimeSpan.FromSeconds(Number(element, name));

    internal static IReadOnlyList<string> Texts(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.Array)
            return [];
        var texts = new List<string>(value.GetArrayLength());
        foreach (JsonElement item in value.EnumerateArray())
            texts.Add(AsText(item));
        return texts;
    }
}
