using System.Text.Json.Nodes;

namespace Coffer.Conformance.Tests.Replaying;

/// <summary>One recorded file: steps that build on each other.</summary>
internal sealed record Recording(string Name, IReadOnlyList<Step> Steps)
{
    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Exchanges");

    public static Recording Load(string name)
    {
        var document = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json")))!.AsObject();
        return new Recording(name, [.. document["steps"]!.AsArray().Select(s => new Step(s!.AsObject()))]);
    }
}

/// <summary>One request and what Vault answered.</summary>
internal sealed class Step(JsonObject source)
{
    public string Id { get; } = source["id"]!.GetValue<string>();

    public string Method { get; } = source["method"]!.GetValue<string>();

    public string Path { get; } = source["path"]!.GetValue<string>();

    /// <summary>False: the root token is sent. True: <see cref="Token"/> is, or none where that is null.</summary>
    public bool NamesToken { get; } = source.ContainsKey("token");

    public string? Token { get; } = source["token"]?.GetValue<string>();

    public JsonObject Headers { get; } = source["headers"]?.AsObject() ?? [];

    public bool HasBody { get; } = source.ContainsKey("body");

    public JsonNode? Body { get; } = source["body"];

    public string? Raw { get; } = source["raw"]?.GetValue<string>();

    public TimeSpan Wait { get; } = TimeSpan.FromSeconds(source["wait"]?.GetValue<double>() ?? 0);

    public IReadOnlyDictionary<string, string> Save { get; } =
        source["save"]?.AsObject().ToDictionary(p => p.Key, p => p.Value!.GetValue<string>()) ?? [];

    public Expectation Expect { get; } = new(source["expect"]!.AsObject());
}

/// <summary>What Vault answered, and what of it counts.</summary>
internal sealed class Expectation(JsonObject source)
{
    public int Status { get; } = source["status"]!.GetValue<int>();

    public JsonNode? Body { get; } = source["body"];

    public IReadOnlySet<string> Volatile { get; } = Texts(source["volatile"]).ToHashSet();

    public IReadOnlyList<string> Unordered { get; } = [.. Texts(source["unordered"])];

    /// <summary>Statuses as good as <see cref="Status"/>.</summary>
    public IReadOnlyList<int> Also { get; } = [.. source["also"]?.AsArray().Select(s => s!.GetValue<int>()) ?? []];

    public bool IsSuccess => Status is >= 200 and < 300;

    private static IEnumerable<string> Texts(JsonNode? list) => list?.AsArray().Select(t => t!.GetValue<string>()) ?? [];
}
