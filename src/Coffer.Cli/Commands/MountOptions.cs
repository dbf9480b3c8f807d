using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Cli.Input;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

/// <summary>What secrets engines and auth methods have in common: their settings and how they are listed.</summary>
internal static class MountOptions
{
    public static readonly Option<string?> At = Options.Text("path", "Where; at its type's name unless given.", "PATH");
    public static readonly Option<string?> Description = Options.Text("description", "What it is for.", "TEXT");
    public static readonly Option<bool> Local = Options.Flag("local", "Keep it on this cluster.");
    public static readonly Option<bool> Detailed = Options.Flag("detailed", "Show all settings.");

    private static readonly Option<string?> DefaultTtl = Options.Text("default-lease-ttl", "How long its leases and tokens last by default.", "TIME");
    private static readonly Option<string?> MaxTtl = Options.Text("max-lease-ttl", "How long they last at most.", "TIME");
    private static readonly Option<string?> Visibility = Options.Choice("listing-visibility", "Whether it is shown before login.", "unauth", "hidden");
    private static readonly Option<string[]> OptionPairs = Options.Many("options", "An option of the engine, as key=value; may be given often.", "K=V");
    private static readonly Option<int?> Version = Options.Number("version", "The engine's version, as kv has.");

    /// <summary>Settings of a mount's <c>config</c> and <c>options</c>.</summary>
    public static readonly Option[] Tuning = [DefaultTtl, MaxTtl, Visibility, OptionPairs, Version];

    public static JsonObject Enable(Session session, string type)
    {
        var settings = new JsonObject { ["type"] = type, ["description"] = session.Get(Description) ?? "" };
        JsonObject config = Config(session);
        if (config.Count > 0)
            settings["config"] = config;
        if (PairsOf(session) is { } pairs)
            settings["options"] = pairs;
        if (session.Get(Local))
            settings["local"] = true;
        return settings;
    }

    public static JsonObject Tune(Session session)
    {
        JsonObject settings = Config(session);
        if (session.Get(Description) is { } description)
            settings["description"] = description;
        if (PairsOf(session) is { } pairs)
            settings["options"] = pairs;
        return settings.Count > 0 ? settings : throw new LocalException("There is nothing to change: give a setting, such as -max-lease-ttl=24h.");
    }

    /// <summary>Mounts as a table: path, type, accessor, description; or all settings; or as they are.</summary>
    public static int Show(Session session, Secret? reply)
    {
        if (reply is null)
            return session.Nothing("the list");
        JsonElement mounts = reply.Data ?? reply.Raw;
        if (session.Format != OutputFormat.Table)
            return session.Value(mounts);
        bool detailed = session.Get(Detailed);
        Table table = detailed
            ? new Table("Path", "Type", "Accessor", "Default TTL", "Max TTL", "Local", "Options", "Description", "UUID")
            : new Table("Path", "Type", "Accessor", "Description");
        foreach (JsonProperty mount in mounts.EnumerateObject().OrderBy(mount => mount.Name, StringComparer.Ordinal))
        {
            if (mount.Value.ValueKind != JsonValueKind.Object)
                continue;
            string Field(string name) => mount.Value.TryGetProperty(name, out JsonElement value) ? Cell.Text(name, value) : "n/a";
            table.Add(detailed
                ? [mount.Name, Field("type"), Field("accessor"), Ttl(mount.Value, "default_lease_ttl"), Ttl(mount.Value, "max_lease_ttl"), Field("local"), Field("options"), Field("description"), Field("uuid")]
                : [mount.Name, Field("type"), Field("accessor"), Field("description")]);
        }
        table.Write(Terminal.Out);
        return ExitCode.Ok;
    }

    private static string Ttl(JsonElement mount, string name) =>
        mount.TryGetProperty("config", out JsonElement config) && config.TryGetProperty(name, out JsonElement value) && value.TryGetInt64(out long seconds)
            ? seconds == 0 ? "system" : Cell.Duration(seconds)
            : "n/a";

    private static JsonObject Config(Session session)
    {
        var config = new JsonObject();
        if (session.Get(DefaultTtl) is { } defaultTtl)
            config["default_lease_ttl"] = defaultTtl;
        if (session.Get(MaxTtl) is { } maxTtl)
            config["max_lease_ttl"] = maxTtl;
        if (session.Get(Visibility) is { } visibility)
            config["listing_visibility"] = visibility;
        return config;
    }

    private static JsonObject? PairsOf(Session session)
    {
        JsonObject pairs = KeyValues.Parse(session.Get(OptionPairs) ?? []);
        if (session.Get(Version) is { } version)
            pairs["version"] = version.ToString(CultureInfo.InvariantCulture);
        return pairs.Count > 0 ? pairs : null;
    }
}
