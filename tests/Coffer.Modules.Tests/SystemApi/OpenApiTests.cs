using System.Text.Json;
using System.Text.RegularExpressions;

namespace Coffer.Modules.Tests.SystemApi;

public sealed partial class TheOpenApiDocument : IAsyncLifetime
{
    private TestVault vault = null!;
    private JsonElement document;

    public async ValueTask InitializeAsync()
    {
        vault = await TestVault.OpenAsync();
        await vault.MountAsync("mine", "echo");
        document = (await vault.ReadAsync("sys/internal/specs/openapi")).Json();
    }

    public ValueTask DisposeAsync() => vault.DisposeAsync();

    [Fact]
    public void HasEveryMountAndItsVersion()
    {
        Assert.StartsWith("3.0.", document.Text("openapi"), StringComparison.Ordinal);
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToArray();
        Assert.Contains("/mine/{path}", paths);
        Assert.Contains("/sys/policies/acl/{name}", paths);
        Assert.Contains("/auth/token/create", paths);
        Assert.Contains("/coffer/policy/explain", paths);
    }

    [Fact]
    public void DescribesEveryCaptureOfAPathAndNoOther()
    {
        Assert.All(document.GetProperty("paths").EnumerateObject(), path =>
        {
            var captures = Capture().Matches(path.Name).Select(m => m.Groups[1].Value).Order();
            var described = path.Value.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Where(p => p.Text("in") == "path").Select(p => p.Text("name")!).Order() : Enumerable.Empty<string>();
            Assert.Equal(captures, described);
        });
    }

    [Fact]
    public void NamesEveryOperationOnceAndAnswersEach()
    {
        var operations = Operations().ToArray();
        Assert.Equal(operations.Length, operations.Select(o => o.Text("operationId")).Distinct().Count());
        Assert.All(operations, o => Assert.True(o.GetProperty("responses").EnumerateObject().Any()));
        Assert.All(operations, o =>
        {
            if (!o.TryGetProperty("parameters", out var parameters)) return;
            var names = parameters.EnumerateArray().Select(p => (p.Text("name"), p.Text("in"))).ToArray();
            Assert.Equal(names.Length, names.Distinct().Count());
            Assert.All(parameters.EnumerateArray(), p => Assert.True(p.TryGetProperty("schema", out _)));
        });
    }

    [Fact]
    public void RefersOnlyToWhatItHas() => Assert.All(References(document), reference =>
    {
        var at = document;
        foreach (var name in reference[2..].Split('/')) at = at.GetProperty(name);
    });

    [Fact]
    public void HasSchemasOfKnownTypes() => Assert.All(Types(document), type =>
        Assert.Contains(type, new[] { "array", "boolean", "integer", "number", "object", "string", "apiKey" }));

    [Fact]
    public async Task ShowsOnlyWhatTheCallerMayReach()
    {
        var token = await vault.TokenAsync("""path "sys/internal/specs/openapi" { capabilities = ["read"] }""");
        var paths = (await vault.ReadAsync("sys/internal/specs/openapi", token)).Json().GetProperty("paths");
        Assert.DoesNotContain(paths.EnumerateObject(), p => p.Name.StartsWith("/mine/", StringComparison.Ordinal));
    }

    private IEnumerable<JsonElement> Operations() => document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject())
        .Where(o => o.Name is "get" or "post" or "patch" or "delete").Select(o => o.Value);

    private static IEnumerable<string> References(JsonElement json) => Properties(json)
        .Where(p => p.Name == "$ref").Select(p => p.Value.GetString()!);

    private static IEnumerable<string> Types(JsonElement json) => Properties(json)
        .Where(p => p.Name == "type" && p.Value.ValueKind == JsonValueKind.String).Select(p => p.Value.GetString()!);

    private static IEnumerable<JsonProperty> Properties(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => Properties(p.Value).Prepend(p)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Properties),
        _ => [],
    };

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex Capture();
}
