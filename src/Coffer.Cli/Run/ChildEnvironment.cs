using System.Collections;
using System.Text;
using System.Text.Json;
using Coffer.Client;

namespace Coffer.Cli.Run;

/// <summary>The environment a program is to get: ours, less our token, plus what was asked for.</summary>
internal sealed class ChildEnvironment(CofferClient client)
{
    private readonly Dictionary<string, string> _added = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Path, int? Version), JsonElement> _secrets = [];
    private readonly List<string> _leases = [];

    /// <summary>Leases that reading the secrets made: they are the run's and end with it.</summary>
    public IReadOnlyList<string> Leases => _leases;

    /// <summary>This process' own environment.</summary>
    public static Dictionary<string, string> Inherited()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            all[(string)entry.Key] = (string?)entry.Value ?? "";
        return all;
    }

    /// <summary>Adds a line of an environment file; a value that is a reference is replaced by the secret.</summary>
    public async Task AddAsync(string name, string value, CancellationToken cancellation)
    {
        if (!SecretReference.IsReference(value))
        {
            _added[name] = value;
            return;
        }
        if (!SecretReference.TryParse(value, out SecretReference? reference, out string? error))
            throw new LocalException($"{name}: {error}.");
        JsonElement fields = await SecretAsync(reference.Path, reference.Version, cancellation);
        if (!fields.TryGetProperty(reference.Field, out JsonElement field))
            throw new LocalException($"{name}: {reference.Path} has no field \"{reference.Field}\".", ExitCode.Refused);
        Set(name, field);
    }

    /// <summary>Adds every field of a secret, as prefix and the field's name in capitals.</summary>
    public async Task AddAllAsync(string path, string prefix, Func<string, bool> wanted, CancellationToken cancellation)
    {
        foreach (JsonProperty field in (await SecretAsync(path, null, cancellation)).EnumerateObject())
        {
            string name = prefix + NameOf(field.Name);
            if (!wanted(name))
                continue;
            if (!EnvFile.IsName(name))
                throw new LocalException($"The field \"{field.Name}\" of {path} gives no name of a variable; use a prefix that begins with a letter.");
            Set(name, field.Value);
        }
    }

    /// <summary>Whether a variable was added, to complain about names that nothing gave.</summary>
    public bool Gives(string name) => _added.ContainsKey(name);

    /// <summary>The whole environment.</summary>
    /// <param name="token">The Coffer token if the program is to have it, else null.</param>
    public Dictionary<string, string> Compose(string? token)
    {
        Dictionary<string, string> all = Inherited();
        all.Remove("COFFER_TOKEN");
        all.Remove("VAULT_TOKEN");
        if (token is not null)
            all["COFFER_TOKEN"] = all["VAULT_TOKEN"] = token;
        foreach ((string name, string value) in _added)
            all[name] = value;
        return all;
    }

    private void Set(string name, JsonElement field)
    {
        string value = field.ValueKind switch
        {
            JsonValueKind.String => field.GetString()!,
            JsonValueKind.Null => "",
            _ => field.GetRawText(),
        };
        if (value.Contains('\0', StringComparison.Ordinal))
            throw new LocalException($"{name}: the secret has a zero byte, which no environment can hold.");
        _added[name] = value;
    }

    private async Task<JsonElement> SecretAsync(string path, int? version, CancellationToken cancellation)
    {
        if (_secrets.TryGetValue((path, version), out JsonElement known))
            return known;
        KvPath at = await client.Kv.LocateAsync(path, cancellation);
        KvSecret? secret = await client.Kv.GetAsync(at, version, cancellation);
        if (secret?.Reply.LeaseId is { Length: > 0 } lease)
            _leases.Add(lease);
        if (secret?.Data is not { ValueKind: JsonValueKind.Object } fields)
            throw new LocalException($"There is no secret at {path}{(version is { } v ? $", version {v}" : "")} on {client.Address}.", ExitCode.Refused);
        return _secrets[(path, version)] = fields;
    }

    private static string NameOf(string field)
    {
        var name = new StringBuilder(field.Length);
        foreach (char c in field)
            name.Append(char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_');
        return name.ToString();
    }
}
